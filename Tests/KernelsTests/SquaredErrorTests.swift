import Testing

@testable import Kernels

@Suite struct SquaredErrorTests {
  @Test(arguments: sizes)
  func slopesAndLossesAreThoseOfTheFormula(count: Int) {
    let values = numbers(count).map { $0 * 3 }
    let targets = numbers(count, seed: 2).map { $0 * 5 }
    var scores = values + [99]
    var losses = [Float](repeating: 99, count: count + 1)
    var slopes = scores.mutableSpan
    var room = losses.mutableSpan
    let total = squaredError(targets: targets.span, scale: 0.25, scores: &slopes, losses: &room)
    var (loss, slope) = (0.0, 0.0)
    for index in 0..<count {
      let error = Double(values[index]) - Double(targets[index])
      #expect(abs(Double(scores[index]) - error / 4) < 1e-6)
      #expect(abs(Double(losses[index]) - error * error / 2) < 1e-5)
      loss += Double(losses[index])
      slope += Double(scores[index])
    }
    #expect(abs(total.loss - loss) <= 1e-12 * loss && abs(total.slope - slope) < 1e-12)
    #expect(scores[count] == 99 && losses[count] == 99)
  }

  @Test func aDivergedScoreIsNotHidden() {
    var scores: [Float] = [1, .nan]
    var losses = scores
    var slopes = scores.mutableSpan
    var room = losses.mutableSpan
    let total = squaredError(targets: [1, 0].span, scale: 1, scores: &slopes, losses: &room)
    #expect(total.loss.isNaN && scores[1].isNaN && scores[0] == 0)
  }
}
