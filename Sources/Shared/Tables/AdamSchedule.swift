import Plan

/// The factors of Adam that depend on the step alone, tabulated once (Kingma and Ba: "Adam", 2015, algorithm 1). Powers
/// are taken in Double by repeated squaring, so they depend on base and exponent and on nothing else.
struct AdamSchedule: Sendable {
  /// `η / (1 − β₁ᵗ)` and `1 / √(1 − β₂ᵗ)` for t = 0, 1, …; from the last on they do not change.
  let stepSizes: [Float]
  let rootFactors: [Float]
  /// `β₁ʲ` and `√(β₂ʲ)` for j = 0, 1, …. An idle row's j-th step is about `(β₁/√β₂)ʲ` of its first; all those beyond
  /// the last j add up to less than 2⁻³² of it.
  let firstDecays: [Float]
  let rootDecays: [Float]
  let epsilon: Float
  /// The table holds the undecayed rate; what is left of it comes from here.
  let optimizer: OptimizerSettings
  private let beta1: Double
  private let beta2: Double

  /// Limit: the table of β₂ = 0.99999 has this many entries, 7 MB.
  private static let longest = 1_810_000

  init(_ optimizer: OptimizerSettings) {
    self.optimizer = optimizer
    beta1 = optimizer.beta1
    beta2 = optimizer.beta2
    epsilon = Float(optimizer.epsilon)
    // Other rules ask for nothing of it, and their tables should not have to wait for it.
    let isUsed = optimizer.kind == .adam || optimizer.kind == .lazyAdam
    // 1 − 2⁻²⁶ is 1 in single precision, and so is its root.
    var settled = 1
    while isUsed, power(beta2, settled) > 0x1p-26 { settled += 1 + settled / 64 }
    precondition(settled <= Self.longest, "beta 2 of \(beta2) is too close to 1")
    let ratio = beta1 / beta2.squareRoot()
    var felt = 1
    while isUsed, power(ratio, felt) > (1 - ratio) * 0x1p-32 { felt += 1 }
    var stepSizes: [Float] = []
    var rootFactors: [Float] = []
    for step in 0...settled {
      stepSizes.append(Float(optimizer.learningRate / (1 - power(beta1, max(1, step)))))
      rootFactors.append(Float(1 / (1 - power(beta2, max(1, step))).squareRoot()))
    }
    self.stepSizes = stepSizes
    self.rootFactors = rootFactors
    firstDecays = (0...felt).map { [beta1] in Float(power(beta1, $0)) }
    rootDecays = (0...felt).map { [beta2] in Float(power(beta2, $0).squareRoot()) }
  }

  /// What a step multiplies with.
  struct Factors {
    let stepSize: Float
    let rootFactor: Float
    let firstGained: Float
    let secondKept: Float
    let secondGained: Float
    let epsilon: Float
  }

  func factors(at step: UInt64) -> Factors {
    let index = Int(clamping: min(step, UInt64(stepSizes.count - 1)))
    return Factors(
      stepSize: stepSizes[index] * Float(optimizer.rateFactor(at: step)), rootFactor: rootFactors[index],
      firstGained: Float(1 - beta1), secondKept: Float(beta2), secondGained: Float(1 - beta2), epsilon: epsilon)
  }

  /// What is left of the moments after `steps` without a gradient.
  func decays(after steps: Int) -> (first: Float, second: Float) {
    (Float(power(beta1, steps)), Float(power(beta2, steps)))
  }
}

/// `base` to the `exponent`, by repeated squaring.
func power(_ base: Double, _ exponent: Int) -> Double {
  var result = 1.0
  var square = base
  var bits = exponent
  while bits > 0 {
    if bits & 1 == 1 { result *= square }
    square *= square
    bits >>= 1
  }
  return result
}
