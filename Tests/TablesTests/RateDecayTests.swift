import Kernels
import Plan
import Tables
import Testing

/// The learning rate shrinks from epoch to epoch, for rows that rest as for rows that move.
@Suite struct RateDecayTests {
  private func settings(_ kind: OptimizerKind, momentum: Double = 0, decay: Double) -> OptimizerSettings {
    OptimizerSettings(kind: kind, learningRate: 0.1, momentum: momentum, rateDecay: decay, stepsPerDecay: 3)
  }

  /// One gradient, then rest: `[weight]` after so many steps.
  private func weight(_ settings: OptimizerSettings, gradientAt step: UInt64, after last: UInt64) -> Float {
    var table = RowTable(rows: 1, width: 1, optimizer: settings)
    table.applyRow(0, gradient: [1].span, step: step)
    var out: [Float] = [0]
    var span = out.mutableSpan
    table.readRow(0, after: last, into: &span)
    return out[0]
  }

  @Test(arguments: [(1, 1.0), (3, 1.0), (4, 0.5), (6, 0.5), (7, 0.25)]) func stepTakesTheRateOfItsEpoch(
    _ step: Int, _ factor: Double
  ) {
    let moved = weight(settings(.sgd, decay: 0.5), gradientAt: UInt64(step), after: UInt64(step))
    #expect(abs(Double(moved) + 0.1 * factor) < 1e-7)
  }

  /// The velocity 1 of step 2 moves the weight by μʲ at each later step, at the rate of that step's epoch.
  @Test func restingMomentumTakesTheRateOfEachEpoch() {
    var expected = 0.0
    for (index, step) in (2...9).enumerated() {
      let power: Double = (0..<index).reduce(1.0) { product, _ in product * 0.9 }
      let factors: [Double] = [1, 0.5, 0.25]
      expected -= 0.1 * power * factors[(step - 1) / 3]
    }
    let moved = weight(settings(.sgd, momentum: 0.9, decay: 0.5), gradientAt: 2, after: 9)
    #expect(abs(Double(moved) - expected) < 1e-6)
  }

  /// Adam at half the rate throughout moves a resting row half as far.
  @Test func restingAdamTakesTheRateOfEachEpoch() {
    let constant = settings(.adam, decay: 1)
    let first = weight(constant, gradientAt: 1, after: 3)
    let second = weight(constant, gradientAt: 1, after: 6) - first
    let third = weight(constant, gradientAt: 1, after: 9) - first - second
    let expected = first + second * 0.5 + third * 0.25
    #expect(abs(weight(settings(.adam, decay: 0.5), gradientAt: 1, after: 9) - expected) < 1e-6)
  }

  /// A damaged record may say that a row has rested for longer than any job.
  @Test(arguments: [OptimizerKind.adam, .sgd]) func restsForEver(_ kind: OptimizerKind) {
    let optimizer = settings(kind, momentum: kind == .sgd ? 0.9 : 0, decay: 0.5)
    let rest = weight(optimizer, gradientAt: 1, after: 100_000)
    #expect(weight(optimizer, gradientAt: 1, after: .max) == rest && rest.isFinite)
  }
}
