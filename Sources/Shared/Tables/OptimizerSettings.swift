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

  /// - Parameter epsilon: nil for the rule's own: 1e-10 for Adagrad, 1e-8 for Adam, as in PyTorch
  package init(
    kind: OptimizerKind, learningRate: Double, momentum: Double = 0, beta1: Double = 0.9, beta2: Double = 0.999,
    epsilon: Double? = nil
  ) {
    precondition(learningRate > 0 && learningRate.isFinite, "learning rate \(learningRate)")
    precondition(momentum >= 0 && momentum < 1, "momentum \(momentum)")
    precondition(beta1 >= 0 && beta1 * beta1 < beta2 && beta2 < 1, "betas \(beta1) and \(beta2)")
    self.kind = kind
    self.learningRate = learningRate
    self.momentum = momentum
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon ?? (kind == .adagrad ? 1e-10 : 1e-8)
  }

  package init(plan: TrainingPlan) {
    self.init(kind: plan.optimizer, learningRate: plan.learningRate, momentum: plan.momentum)
  }

  /// The running values that a row keeps beside each weight.
  package var momentCount: Int {
    switch kind {
    case .adam, .lazyAdam: 2
    case .adagrad: 1
    case .sgd: momentum > 0 ? 1 : 0
    }
  }

  /// Whether rows go on changing in steps that do not touch them.
  package var movesIdleRows: Bool {
    switch kind {
    case .adam: true
    case .sgd: momentum > 0
    case .lazyAdam, .adagrad: false
    }
  }
}
