import ArgumentParser
import Foundation
import Plan

extension ModelKind: ExpressibleByArgument {}
extension ActivationKind: ExpressibleByArgument {}
extension Objective: ExpressibleByArgument {}
extension RatingNormalization: ExpressibleByArgument {}
extension WireFormat: ExpressibleByArgument {}
extension OptimizerKind: ExpressibleByArgument {}
extension Consistency: ExpressibleByArgument {
  init?(argument: String) { self.init(argument) }
}

enum Switch: String, ExpressibleByArgument { case on, off }

/// `64,32,16,8`.
struct WidthList: ExpressibleByArgument {
  let widths: [Int]

  init?(argument: String) {
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
    guard !parts.isEmpty, parts.allSatisfy({ $0 != nil }) else { return nil }
    widths = parts.compactMap { $0 }
  }
}

/// What decides a training's result. What is not said comes from `--plan`, and what is in neither has a default.
struct TrainingOptions: ParsableArguments {
  @Option(help: "A JSON plan; options on the command line win over it.") var plan: String?
  @Option(help: "neumf, gmf, mlp or mf (default: neumf).") var model: ModelKind?
  @Option(help: "Predictive factors of the GMF part (default: 8).") var factors: Int?
  @Option(help: "Width of the concatenated embedding, then of each hidden layer (default: 64,32,16,8).")
  var layers: WidthList?
  @Option(help: "relu, leaky-relu, prelu, elu or swish (default: swish).")
  var activation: ActivationKind?
  @Option(help: "Share of the units of each hidden layer that a sample is trained without (default: 0).")
  var dropout: Double?
  @Flag(
    inversion: .prefixedNo,
    help: """
      Give each user and item a bias, which mf has in any case, and neumf, and all models of ratings, if not told \
      otherwise.
      """)
  var biases: Bool?
  @Option(
    help: """
      implicit: cross-entropy on interactions and sampled negatives; rating: squared error on ratings \
      (default: implicit).
      """)
  var objective: Objective?
  @Option(help: "none, global, user or item: the mean that is taken off a rating (default: global).")
  var normalization: RatingNormalization?
  @Flag(help: "Round predicted ratings to the nearest one that occurs.") var roundRatings = false
  @Option(help: "Negatives drawn per positive (default: 8; ratings have none).") var negatives: Int?
  @Option(
    help: """
      adam, lazy-adam, adagrad or sgd (default: lazy-adam; sgd for a large neumf, or one of ratings, after --pretrain).
      """)
  var optimizer: OptimizerKind?
  @Option(help: "Step size of the optimizer (default: by model, and with the root of the batch size).")
  var learningRate: Double?
  @Option(help: "What the learning rate is multiplied by after each epoch (default: by model).")
  var learningRateDecay: Double?
  @Option(help: "Momentum of sgd.") var momentum: Double?
  @Option(
    help: """
      Evaluate and store an average over the steps, in which each epoch counts so many times as much as the \
      next (default: by model); 0 takes the last weights.
      """)
  var averaging: Double?
  @Option(name: .customLong("l2"), help: "Weight of the squared norm of all weights a sample uses (default: by model).")
  var l2: Double?
  @Option(name: .customLong("l2-users"), help: "The same for the rows of the users alone.") var l2Users: Double?
  @Option(name: .customLong("l2-items"), help: "The same for the rows of the items alone.") var l2Items: Double?
  @Option(
    help: """
      Standard deviation of the initial embeddings (default: 0.1, 0.03 for a large mf, smaller for models of ratings).
      """)
  var initialDeviation: Double?
  @Option(
    help: """
      Samples, negatives included, per optimizer step (default: by model, and smaller where there is little data).
      """)
  var batchSize: Int?
  @Option(help: "Passes over the interactions (default: by model).") var epochs: Int?
  @Option(help: "Decides every random choice (default: 1).") var seed: UInt64?
  @Option(help: "bsp, ssp:N or async: who waits for whom (default: bsp).") var consistency: Consistency?
  @Option(
    help: """
      fp32, or fp16: item rows travel as half floats, and in ssp and async so do their gradients (default: fp32). In \
      bsp gradients stay fp32: workers send partial sums, and rounding those would make the result depend on who \
      trains what.
      """)
  var wire: WireFormat?
  @Option(help: "Logical shards of the users; 0 chooses.") var shards: Int?
  @Option(help: "Longest ranking that is evaluated (default: 10).") var topK: Int?
  @Option(help: "Epochs between evaluations (default: 1).") var evaluateEvery: Int?
  @Option(help: "Epochs between checkpoints; 0, the default, takes one when a fiftieth of the time pays for it.")
  var checkpointEvery: Int?
  @Option(
    help: """
      on, or off: no checkpoint before the end, and whoever is lost ends the job; to measure what the rest costs \
      (default: on).
      """)
  var recovery: Switch?
  @Option(help: "Evaluations without a better one before the training stops; 0 never stops early.")
  var stopAfterStaleEpochs: Int?
  @Flag(help: "Choose the best epoch on one held-out validation item per user.") var validation = false
  @Option(name: .customLong("pretrained-gmf"), help: "RUN of a trained gmf or mf that a neumf begins from.")
  var pretrainedGMF: String?
  @Option(name: .customLong("pretrained-mlp"), help: "RUN of a trained mlp that a neumf begins from.")
  var pretrainedMLP: String?
  @Option(
    help: """
      Share of the gmf's output weights, the mlp's having the rest (default: 0.6, 0.75 of an mf, 0.3 or 0.4 in \
      small models).
      """)
  var pretrainAlpha: Double?
  @Flag(help: "Train the gmf and the mlp first, then the neumf that begins from them.") var pretrain = false
  @Option(help: "gmf, or mf: a neumf begins from the mf, a gmf whose output weights are 1, and the mlp (default: gmf).")
  var pretrainProduct: ModelKind?
  @Option(help: "Epochs of each of the two (default: as without).") var pretrainEpochs: Int?
  @Option(help: "Their optimizer (default: lazy-adam).") var pretrainOptimizer: OptimizerKind?
  @Option(help: "Its step size (default: as without).") var pretrainLearningRate: Double?
  @Option(
    help: ArgumentHelp(
      "Fields of the items' features that are used: all, none, or some (default: all that the data has).",
      valueName: "name,…"))
  var features: String?
  @Option(help: "Standard deviation of the features' initial rows (default: 0.2; 0.02 for a neumf of ratings).")
  var featureDeviation: Double?
  @Option(help: "Worker processes (default: 2).") var workers: Int?
  @Option(help: "Parameter server processes (default: 1).") var servers: Int?
  @Option(
    help: """
      0, or 1: each server has a backup, a process more, which takes its place within a second when it is lost \
      (default: 0).
      """)
  var backups: Int?

  /// The plan that these options make of that of a run which goes on, validated.
  func resolved(over base: TrainingPlan) throws -> TrainingPlan { try Self.validated(applied(to: base)) }

  /// The plan that these options, the plan file and what is usual make together, validated.
  /// - Parameter interactions: how many there are to train on
  func resolved(for interactions: Int) throws -> TrainingPlan {
    var result = try applied(to: .usual())
    if plan == nil {
      result.fit(to: interactions, keepsBatch: batchSize != nil, keepsRate: learningRate != nil)
    }
    return try Self.validated(result)
  }

  private static func validated(_ plan: TrainingPlan) throws -> TrainingPlan {
    do throws(PlanError) {
      try plan.validate()
    } catch {
      throw CommandFailure(.usage, "--\(error.field): \(error.problem)", hint: error.hint)
    }
    return plan
  }

  /// The same, whether it can be trained or not.
  func applied(to base: TrainingPlan) throws -> TrainingPlan {
    var result = base
    if let plan { result = try Self.read(plan) }
    func set<Value>(_ value: Value?, _ field: WritableKeyPath<TrainingPlan, Value>) {
      if let value { result[keyPath: field] = value }
    }
    result.change(
      to: model ?? result.model, objective ?? result.objective, factors: factors, layers: layers?.widths,
      tunes: pretrainProduct ?? result.tunedProduct ?? (pretrain || pretrainedGMF != nil ? .gmf : nil))
    set(activation, \.activation)
    set(dropout, \.dropout)
    set(biases, \.biases)
    set(normalization, \.normalization)
    set(roundRatings ? true : nil, \.roundRatings)
    set(negatives, \.negatives)
    set(optimizer, \.optimizer)
    set(learningRate, \.learningRate)
    set(learningRateDecay, \.learningRateDecay)
    set(momentum, \.momentum)
    set(averaging, \.averaging)
    if let l2 { result.penalizeAll(by: l2) }
    set(l2Users.map(Optional.some), \.l2Users)
    set(l2Items.map(Optional.some), \.l2Items)
    set(initialDeviation, \.initialDeviation)
    set(batchSize, \.batchSize)
    set(epochs, \.epochs)
    set(seed, \.seed)
    set(consistency, \.consistency)
    set(wire, \.wire)
    set(shards, \.shards)
    set(topK, \.topK)
    set(evaluateEvery, \.evaluateEvery)
    set(checkpointEvery, \.checkpointEvery)
    set(recovery.map { $0 == .on }, \.recovery)
    set(stopAfterStaleEpochs, \.stopAfterStaleEpochs)
    set(validation ? true : nil, \.validation)
    set(pretrainedGMF.map(Optional.some), \.pretrainedGMF)
    set(pretrainedMLP.map(Optional.some), \.pretrainedMLP)
    set(pretrainAlpha, \.pretrainAlpha)
    try setPretraining(&result)
    set(featureDeviation, \.featureDeviation)
    if let features { result.features = Self.fields(features) }
    set(workers, \.cluster.workers)
    set(servers, \.cluster.servers)
    set(backups, \.cluster.backups)
    return result
  }

  /// The fields that an option names; nil for all.
  private static func fields(_ text: String) -> [String]? {
    switch text {
    case "all": nil
    case "none": []
    default: text.split(separator: ",").map(String.init)
    }
  }

  private func setPretraining(_ plan: inout TrainingPlan) throws(CommandFailure) {
    if pretrain, plan.pretraining == nil {
      guard plan.pretrainedGMF == nil, plan.pretrainedMLP == nil else {
        throw CommandFailure(
          .usage, "--pretrain: the models to begin from are named already", hint: "leave out one or the other")
      }
      plan.pretraining = PretrainingPlan()
    }
    for (name, isGiven) in [
      ("epochs", pretrainEpochs != nil), ("optimizer", pretrainOptimizer != nil),
      ("learning-rate", pretrainLearningRate != nil), ("product", pretrainProduct != nil),
    ] where isGiven && plan.pretraining == nil {
      throw CommandFailure(.usage, "--pretrain-\(name): nothing is pre-trained", hint: "goes with --pretrain")
    }
    if let pretrainProduct { plan.pretraining?.product = pretrainProduct }
    if let pretrainEpochs { plan.pretraining?.epochs = pretrainEpochs }
    if let pretrainOptimizer { plan.pretraining?.optimizer = pretrainOptimizer }
    if let pretrainLearningRate { plan.pretraining?.learningRate = pretrainLearningRate }
  }

  /// Reads a plan file.
  static func read(_ path: String) throws -> TrainingPlan {
    guard let bytes = FileManager.default.contents(atPath: path) else {
      throw CommandFailure(
        .missingInput, "\(path): cannot be read", hint: "a plan is a JSON file such as RUN/plan.json")
    }
    do {
      return try JSONDecoder().decode(TrainingPlan.self, from: bytes)
    } catch let error as PlanError {
      throw CommandFailure(.usage, "\(path): \(error.field): \(error.problem)", hint: error.hint)
    } catch let error as DecodingError {
      throw CommandFailure(.badData, "\(path): \(Self.sentence(error))", hint: "compare it with a RUN/plan.json")
    }
  }

  private static func sentence(_ error: DecodingError) -> String {
    func place(_ context: DecodingError.Context) -> String {
      let field = context.codingPath.map(\.stringValue).joined(separator: ".")
      return field.isEmpty ? "" : "\(field): "
    }
    switch error {
    case .typeMismatch(_, let context), .valueNotFound(_, let context), .keyNotFound(_, let context),
      .dataCorrupted(let context):
      return place(context) + context.debugDescription
    @unknown default: return "is not a plan"
    }
  }
}
