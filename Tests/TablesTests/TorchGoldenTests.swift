import Foundation
import Plan
import Tables
import Testing

/// What PyTorch's dense optimizers did to the same table (Tests/Golden/make_optimizer_goldens.py).
private struct Golden: Decodable {
  struct Push: Decodable {
    let step: Int
    let rows: [UInt32]
    let gradients: [Float]
  }
  struct Expected: Decodable {
    let step: Int
    let weights: [Float]
  }
  let rows: Int
  let width: Int
  let kind: OptimizerKind
  let learningRate: Double
  let momentum: Double
  let initial: [Float]
  let pushes: [Push]
  let expected: [Expected]

  init(_ name: String) throws {
    let file = try #require(Bundle.module.url(forResource: name, withExtension: "json", subdirectory: "Golden"))
    self = try JSONDecoder().decode(Self.self, from: Data(contentsOf: file))
  }
}

@Suite struct TorchGoldenTests {
  @Test(arguments: ["adam", "adam-gaps", "sgd", "sgd-momentum", "sgd-momentum-gaps", "adagrad"])
  func equalsPyTorch(name: String) throws {
    let golden = try Golden(name)
    var table = RowTable(
      rows: golden.rows, width: golden.width,
      optimizer: OptimizerSettings(kind: golden.kind, learningRate: golden.learningRate, momentum: golden.momentum))
    for row in 0..<golden.rows {
      table.setWeights(of: row, from: golden.initial.span.extracting(row * golden.width..<(row + 1) * golden.width))
    }
    var next = golden.pushes.startIndex
    for expected in golden.expected {
      while next < golden.pushes.endIndex, golden.pushes[next].step <= expected.step {
        let push = golden.pushes[next]
        table.apply(push.rows.span, gradients: push.gradients.span, step: UInt64(push.step))
        next += 1
      }
      for (found, wanted) in zip(table.weights(after: expected.step), expected.weights) {
        // PyTorch rounds an idle row's weights in each of hundreds of steps, the table once.
        #expect(abs(found - wanted) <= 1e-6 * (1 + abs(wanted)), "step \(expected.step)")
      }
    }
    #expect(next == golden.pushes.endIndex)
  }
}
