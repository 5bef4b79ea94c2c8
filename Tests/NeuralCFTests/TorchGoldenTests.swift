import Foundation
import NeuralCF
import Plan
import Testing

/// What PyTorch's autograd and SGD did to the same problem (Tests/Golden/make_goldens.py).
private struct Golden: Decodable {
  struct Parameters: Decodable {
    let users: [Float]
    let items: [Float]
    let dense: [Float]
  }
  struct Step: Decodable {
    let userOfSample: [UInt32]
    let itemOfSample: [UInt32]
    let targets: [Float]
    let numbers: [UInt64]?
    let logits: [Float]
    let loss: Double
    let gradients: Parameters
    let parameters: Parameters
  }
  struct Dropped: Decodable {
    let share: Double
    let seed: UInt64
    let epoch: UInt32
  }
  let model: ModelKind
  let factors: Int
  let layers: [Int]
  let activation: ActivationKind
  let objective: Objective
  let l2: Float
  let dropout: Dropped?
  let biases: Bool?
  let learningRate: Float
  let initial: Parameters
  let steps: [Step]

  init(_ name: String) throws {
    let file = try #require(Bundle.module.url(forResource: name, withExtension: "json", subdirectory: "Golden"))
    self = try JSONDecoder().decode(Self.self, from: Data(contentsOf: file))
  }
}

@Suite struct TorchGoldenTests {
  @Test(
    arguments: ModelKind.allCases.map(\.rawValue)
      + ActivationKind.allCases.filter { $0 != .relu }.map { "neumf-\($0.rawValue)" } + ["neumf-dropout"]
      + ModelKind.allCases.map { "\($0.rawValue)-rating" } + ["mlp-0", "neumf-0", "mlp-4"]
      + ["gmf-biases", "mlp-biases", "neumf-biases"])
  func followsPyTorchForTenSteps(name: String) throws {
    let golden = try Golden(name)
    #expect(name.hasPrefix(golden.model.rawValue) && golden.steps.count == 10)
    let shape = NetworkShape(
      model: golden.model, factors: golden.factors, layers: golden.layers, activation: golden.activation,
      biases: golden.biases ?? false)
    var fixture = Fixture(shape, users: 0, items: 1, samples: 0)
    fixture.objective = golden.objective
    fixture.users = golden.initial.users
    fixture.items = golden.initial.items
    fixture.dense = golden.initial.dense
    for (number, step) in golden.steps.enumerated() {
      fixture.userOfSample = step.userOfSample
      fixture.itemOfSample = step.itemOfSample
      fixture.targets = step.targets
      fixture.numbers = step.numbers ?? []
      fixture.dropout = golden.dropout.flatMap { Dropout(share: $0.share, seed: $0.seed, epoch: Epoch($0.epoch)) }
      expectClose(fixture.logits(), step.logits, "logits of step \(number)")
      let found = fixture.gradients(scale: 1 / Float(step.targets.count), l2: golden.l2)
      #expect(abs(found.loss - step.loss) < 2e-6 * step.loss, "step \(number)")
      expectClose(found.users, step.gradients.users, "user gradients of step \(number)")
      expectClose(found.items, step.gradients.items, "item gradients of step \(number)")
      expectClose(found.dense, step.gradients.dense, "dense gradients of step \(number)")
      descend(&fixture.users, found.users, golden.learningRate)
      descend(&fixture.items, found.items, golden.learningRate)
      descend(&fixture.dense, found.dense, golden.learningRate)
      expectClose(fixture.users, step.parameters.users, "users after step \(number)")
      expectClose(fixture.items, step.parameters.items, "items after step \(number)")
      expectClose(fixture.dense, step.parameters.dense, "dense weights after step \(number)")
    }
  }

  private func descend(_ weights: inout [Float], _ gradients: [Float], _ rate: Float) {
    for index in weights.indices { weights[index] -= rate * gradients[index] }
  }

  /// Single precision both times, but other orders of summation, and up to ten steps in which the difference grows.
  private func expectClose(_ found: [Float], _ expected: [Float], _ name: String) {
    #expect(found.count == expected.count, "\(name)")
    let greatest = zip(found, expected).reduce(0) { max($0, abs($1.0 - $1.1) / (1 + abs($1.1))) }
    #expect(greatest < 2e-6, "\(name)")
  }
}
