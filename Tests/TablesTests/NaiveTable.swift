import Plan
import Tables

/// The rules as PyTorch's documentation writes them, in Double: every row takes every step, with zeros where it has no
/// gradient.
struct NaiveTable {
  let optimizer: OptimizerSettings
  var weights: [[Double]]
  var first: [[Double]]
  var second: [[Double]]

  init(_ weights: [[Float]], _ optimizer: OptimizerSettings) {
    self.optimizer = optimizer
    self.weights = weights.map { $0.map(Double.init) }
    first = weights.map { $0.map { _ in 0 } }
    second = first
  }

  mutating func apply(_ gradients: [Int: [Float]], step: Int) {
    for row in weights.indices {
      guard let gradient = gradients[row] ?? (optimizer.movesIdleRows ? weights[row].map { _ in 0 } : nil) else {
        continue
      }
      for lane in gradient.indices { apply(Double(gradient[lane]), row, lane, step) }
    }
  }

  private mutating func apply(_ slope: Double, _ row: Int, _ lane: Int, _ step: Int) {
    let rate = optimizer.learningRate
    switch optimizer.kind {
    case .sgd:
      first[row][lane] = optimizer.momentum * first[row][lane] + slope
      weights[row][lane] -= rate * first[row][lane]
    case .adagrad:
      first[row][lane] += slope * slope
      weights[row][lane] -= rate * slope / (first[row][lane].squareRoot() + optimizer.epsilon)
    case .adam, .lazyAdam:
      first[row][lane] = optimizer.beta1 * first[row][lane] + (1 - optimizer.beta1) * slope
      second[row][lane] = optimizer.beta2 * second[row][lane] + (1 - optimizer.beta2) * slope * slope
      var kept1 = 1.0
      var kept2 = 1.0
      for _ in 0..<step {
        kept1 *= optimizer.beta1
        kept2 *= optimizer.beta2
      }
      let first = first[row][lane] / (1 - kept1)
      let second = second[row][lane] / (1 - kept2)
      weights[row][lane] -= rate * first / (second.squareRoot() + optimizer.epsilon)
    }
  }
}
