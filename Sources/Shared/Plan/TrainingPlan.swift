/// Which model of the NCF family (He et al. 2017), or the dot-product baseline.
package enum ModelKind: String, Codable, Sendable, CaseIterable { case neumf, gmf, mlp, mf }

/// What a hidden layer applies to its sums.
package enum ActivationKind: String, Codable, Sendable, CaseIterable {
  case relu
  case leakyReLU = "leaky-relu"
  /// Each hidden layer learns one number, the slope of its activation below 0.
  case prelu
  case elu
  case swish
}

/// What a model learns to tell.
package enum Objective: String, Codable, Sendable, CaseIterable {
  /// Interactions from negatives drawn at random, by binary cross-entropy.
  case implicit
  /// The rating of an interaction, by half the squared error.
  case rating
}

/// How the floats of item rows travel in steps.
package enum WireFormat: String, Codable, Sendable, CaseIterable {
  case fp32
  /// IEEE half floats, rounded to the nearest, ties to even.
  case fp16

  package var floatByteCount: Int {
    switch self {
    case .fp32: 4
    case .fp16: 2
    }
  }
}

/// How the servers turn a gradient into an update.
package enum OptimizerKind: String, Codable, Sendable, CaseIterable {
  /// Equal to PyTorch's dense Adam: rows that no batch touched decay and move too, when they are next read.
  case adam
  /// Adam whose moments change only in the rows that a batch touches.
  case lazyAdam = "lazy-adam"
  case adagrad
  case sgd
}

/// Who waits for whom.
package enum Consistency: Hashable, Sendable {
  /// Bulk synchronous: every step adds the gradients of all shards; the result depends on data, plan and seed alone.
  case bsp
  /// Stale synchronous: no worker is more than this many steps ahead of the slowest.
  case ssp(Int)
  /// Nobody waits within an epoch.
  case async
}

extension Consistency: CustomStringConvertible {
  package var description: String {
    switch self {
    case .bsp: "bsp"
    case .ssp(let bound): "ssp:\(bound)"
    case .async: "async"
    }
  }

  package init?(_ text: String) {
    switch text {
    case "bsp": self = .bsp
    case "async": self = .async
    default:
      guard text.hasPrefix("ssp:"), let bound = Int(text.dropFirst(4)), (1...1_000_000).contains(bound) else {
        return nil
      }
      self = .ssp(bound)
    }
  }
}

/// Everything that, with the data, decides a training's result; and, in `cluster`, what does not.
package struct TrainingPlan: Sendable, Equatable, Codable {
  package var model = ModelKind.neumf
  package var factors = 8
  /// The width of the concatenated user and item embedding, then of each hidden layer.
  package var layers = [64, 32, 16, 8]
  package var activation = ActivationKind.relu
  /// The share of the units of each hidden layer that a sample does without while it is trained.
  package var dropout = 0.0
  /// Whether each user and item has a bias, which MF has in any case.
  package var biases = false
  package var objective = Objective.implicit
  /// What is taken off a rating before it is learnt.
  package var normalization = RatingNormalization.global
  /// Whether predicted ratings are rounded to the nearest one that occurs.
  package var roundRatings = false
  /// Negatives drawn per positive; none for ratings.
  package var negatives = 4
  package var optimizer = OptimizerKind.lazyAdam
  package var learningRate = 0.0015
  /// What the learning rate is multiplied by after each epoch.
  package var learningRateDecay = 1.0
  /// SGD only.
  package var momentum = 0.0
  /// The model that is evaluated and stored is an average of the weights at the epochs' ends, in which each epoch
  /// counts so many times as much as the one after it; 0 takes the last weights alone.
  package var averaging = 0.8
  /// λ of `λ/2 · ‖w‖²`, added per sample for its two rows and for the dense weights.
  package var l2 = 0.00005
  /// Another λ for the rows of the users, or of the items.
  package var l2Users: Double?
  package var l2Items: Double?
  /// The standard deviation of the initial embeddings.
  package var initialDeviation = 0.01
  /// Samples, positives and negatives together, per optimizer step.
  package var batchSize = 1024
  package var epochs = 30
  package var seed: UInt64 = 1
  package var consistency = Consistency.bsp
  package var wire = WireFormat.fp32
  /// Logical shards; 0 leaves it to the batch size.
  package var shards = 0
  package var topK = 10
  /// Epochs between evaluations.
  package var evaluateEvery = 1
  /// Epochs between checkpoints; 0 leaves it to what they cost.
  package var checkpointEvery = 0
  /// Whether a job that loses someone goes on; one that need not writes no checkpoint before its end.
  package var recovery = true
  /// Evaluations without a better HR@K before the training stops; 0 never stops early.
  package var stopAfterStaleEpochs = 0
  /// Hold out one validation item per user, and choose the best epoch on it.
  package var validation = false
  /// The RUN folders of the GMF and the MLP that a NeuMF begins from, and the share of the GMF's output weights.
  package var pretrainedGMF: String?
  package var pretrainedMLP: String?
  package var pretrainAlpha = 0.5
  /// How those two are trained first, by the same command; nil where they are there already, or not wanted.
  package var pretraining: PretrainingPlan?
  /// The standard deviation of the initial rows of features.
  package var featureDeviation = 0.2
  /// The fields of the items' features that are used; nil takes all that the data has.
  package var features: [String]?
  package var cluster = ClusterShape()

  package init() {}

  /// The fields of a plan file.
  package enum CodingKeys: String, CodingKey, CaseIterable {
    case model, factors, layers, activation, dropout, biases, objective, normalization, roundRatings, negatives,
      optimizer, learningRate, learningRateDecay, momentum, averaging, l2, l2Users, l2Items
    case initialDeviation, batchSize, epochs, seed, consistency, wire, shards, topK, evaluateEvery, checkpointEvery
    case recovery, stopAfterStaleEpochs, validation, pretrainedGMF, pretrainedMLP, pretrainAlpha, pretraining, features,
      featureDeviation, cluster
  }

  package var shape: NetworkShape {
    NetworkShape(model: model, factors: factors, layers: layers, activation: activation, biases: biases)
  }

  /// How the gradients of item rows travel. In `bsp` a worker pushes partial sums, and rounding those would make the
  /// result depend on which shards it holds.
  package var gradientWire: WireFormat { consistency == .bsp ? .fp32 : wire }

  /// What gradients, which are means over a batch, are multiplied by before they become half floats: the least power of
  /// two that is not below the batch size.
  package var gradientScale: Float { Float(1 << (Int.bitWidth - (batchSize - 1).leadingZeroBitCount)) }

  /// Positives per optimizer step.
  package var positivesPerStep: Int { max(1, batchSize / (1 + negatives)) }

  /// Steps of an epoch, in `bsp`; about as many pushes, of all workers together, otherwise.
  package func stepsPerEpoch(of size: ProblemSize) -> Int {
    (size.trainingInteractions + positivesPerStep - 1) / positivesPerStep
  }

  /// A logical shard brings 64 samples or more to a step where it can; 8 to 16 of them serve that many workers.
  package var shardCount: Int {
    if shards > 0 { return shards }
    return batchSize >= 1024 ? 16 : 8
  }
}

/// How many processes train; the result in `bsp` does not depend on it.
package struct ClusterShape: Sendable, Equatable, Codable {
  package var workers = 2
  package var servers = 1
  /// Of each server: processes that follow it, and take its place when it is lost.
  package var backups = 0
  package init(workers: Int = 2, servers: Int = 1, backups: Int = 0) {
    self.workers = workers
    self.servers = servers
    self.backups = backups
  }

  enum CodingKeys: String, CodingKey { case workers, servers, backups }

  /// Processes that hold parameters, backups among them.
  package var serverProcesses: Int { servers * (1 + backups) }
}
