import Glibc
import Testing

@testable import Kernels

@Suite struct CrossEntropyTests {
  @Test(arguments: sizes)
  func slopesAndLossesAreThoseOfTheFormula(count: Int) {
    let values = numbers(count).map { $0 * 30 }
    let targets = indices(count, below: 2, seed: 2).map(Float.init)
    var logits = values + [99]
    var losses = [Float](repeating: 99, count: count + 1)
    var slopes = logits.mutableSpan
    var room = losses.mutableSpan
    let total = crossEntropy(targets: targets.span, scale: 0.25, logits: &slopes, losses: &room)
    var loss = 0.0
    for index in 0..<count {
      let z = Double(values[index])
      let y = Double(targets[index])
      let slope = (1 / (1 + exp(-z)) - y) / 4
      let expected = max(z, 0) - y * z + log1p(exp(-abs(z)))
      #expect(abs(Double(logits[index]) - slope) < 1e-7)
      #expect(abs(Double(losses[index]) - expected) < 3e-7 * expected)
      loss += expected
    }
    #expect(abs(total.loss - loss) <= 1e-6 * loss)
    #expect(abs(total.slope - logits.dropLast().reduce(0) { $0 + Double($1) }) < 1e-9)
    #expect(logits[count] == 99 && losses[count] == 99)
  }

  @Test func extremeLogitsStayFinite() {
    var logits: [Float] = [1e30, -1e30, 1e30, -1e30, 200, -200, 0]
    let targets: [Float] = [1, 1, 0, 0, 0, 1, 1]
    var losses = logits
    var slopes = logits.mutableSpan
    var room = losses.mutableSpan
    let total = crossEntropy(targets: targets.span, scale: 1, logits: &slopes, losses: &room)
    #expect(logits == [0, -1, 1, 0, 1, -1, -0.5])
    #expect(losses[..<6] == [0, 1e30, 1e30, 0, 200, 200])
    #expect(abs(losses[6] - 0.693_147_2) < 1e-7)
    #expect(total.loss.isFinite && total.slope == -0.5)
  }

  @Test func aDivergedLogitIsNotHidden() {
    var logits: [Float] = [1, .nan]
    var losses = logits
    var slopes = logits.mutableSpan
    var room = losses.mutableSpan
    let targets: [Float] = [1, 0]
    let total = crossEntropy(targets: targets.span, scale: 1, logits: &slopes, losses: &room)
    #expect(total.loss.isNaN)
    #expect(logits[1].isNaN && !logits[0].isNaN)
  }
}
