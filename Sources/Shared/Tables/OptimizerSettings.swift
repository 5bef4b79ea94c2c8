package import Plan

/// Which rule changes the weights, and its constants.
package struct OptimizerSettings: Sendable, Equatable {
  package var kind: OptimizerKind
  package var learningRate: Double
  /// SGD only.
  package var momentum: Double
  /// Adam only: how much of each moment a step keeps.
  package var beta1: Double
  package var beta2: Double
  /// Keeps Adam and Adagrad from dividing by zero.
  package var epsilon: Double
  /// Every so many steps, an epoch's, the learning rate is multiplied by this.
  package var rateDecay: Double
  package var stepsPerDecay: Int
  /// What the average that is kept beside the weights keeps of itself from one point to the next; 0 keeps none.
  package var averaging: Double

  /// - Parameter epsilon: nil for the rule's own: 1e-10 for Adagrad, 1e-8 for Adam, as in PyTorch
  package init(
    kind: OptimizerKind, learningRate: Double, momentum: Double = 0, beta1: Double = usualBeta1, beta2: Double = 0.999,
    epsilon: Double? = nil, rateDecay: Double = 1, stepsPerDecay: Int = 1, averaging: Double = 0
  ) {
    precondition(learningRate > 0 && learningRate.isFinite, "learning rate \(learningRate)")
    precondition(momentum >= 0 && momentum < 1, "momentum \(momentum)")
    precondition(beta1 >= 0 && beta1 * beta1 < beta2 && beta2 < 1, "betas \(beta1) and \(beta2)")
    precondition(rateDecay > 0 && rateDecay <= 1 && stepsPerDecay > 0, "decay \(rateDecay) in \(stepsPerDecay) steps")
    precondition(averaging >= 0 && averaging < 1, "averaging \(averaging)")
    self.averaging = averaging
    self.kind = kind
    self.learningRate = learningRate
    self.rateDecay = rateDecay
    self.stepsPerDecay = stepsPerDecay
    self.momentum = momentum
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon ?? (kind == .adagrad ? 1e-10 : 1e-8)
  }

  /// - Parameter writers: the workers that change a row: nil for all of them, 1 for a user's
  package init(plan: TrainingPlan, size: ProblemSize, writers: Int? = nil) {
    self.init(
      kind: plan.optimizer, learningRate: plan.learningRate, momentum: plan.momentum,
      beta1: plan.consistency == .bsp ? Self.usualBeta1 : Self.beta1(for: writers ?? plan.cluster.workers),
      rateDecay: plan.learningRateDecay, stepsPerDecay: max(1, plan.stepsPerEpoch(of: size)),
      averaging: AveragingPoint.fading(perEpoch: plan.averaging))
  }

  // As in PyTorch.
  private static let usualBeta1 = 0.9

  /// Adam's momentum, less what comes by itself. Where nobody waits, a gradient arrives after those that the other
  /// W - 1 workers have sent meanwhile, which acts as a momentum of 1 - 1/W does (Mitliagkas et al.: "Asynchrony begets
  /// momentum, with an application to deep learning", 2016, arXiv:1605.09774): both together keep what Adam's does
  /// alone.
  private static func beta1(for writers: Int) -> Double { max(0, 1 - Double(writers) * (1 - usualBeta1)) }

  /// What is left of the learning rate at a step, which counts from 1.
  @inline(__always)
  func rateFactor(at step: UInt64) -> Double {
    rateDecay == 1 ? 1 : power(rateDecay, Int(clamping: (step &- 1) / UInt64(stepsPerDecay)))
  }

  /// The running values that a row keeps beside each weight.
  package var momentCount: Int {
    switch kind {
    case .adam, .lazyAdam: 2
    case .adagrad: 1
    case .sgd: momentum > 0 ? 1 : 0
    }
  }

  package var keepsAverages: Bool { averaging > 0 }

  /// The runs of floats that make a row's record: weights, moments, average.
  var recordParts: Int { 1 + momentCount + (keepsAverages ? 1 : 0) }

  /// Whether rows go on changing in steps that do not touch them.
  package var movesIdleRows: Bool {
    switch kind {
    case .adam: true
    case .sgd: momentum > 0
    case .lazyAdam, .adagrad: false
    }
  }
}
