import Kernels
import NeuralCF
import Plan
import Testing

@Suite struct ScorerTests {
  @Test(arguments: Fixture.shapes)
  func agreesWithTheReference(shape: NetworkShape) {
    let fixture = Fixture(shape, users: 4, items: 9, samples: 20)
    let model = ReferenceModel(fixture)
    for (sample, logit) in fixture.logits().enumerated() {
      let expected = model.logit(user: fixture.userOfSample[sample], item: fixture.itemOfSample[sample])
      #expect(abs(Double(logit) - expected) < 4e-6 * (1 + abs(expected)))
    }
  }

  @Test(arguments: Fixture.shapes)
  func anItemHasOneLogitHoweverItIsAskedFor(shape: NetworkShape) {
    let items = 131
    let fixture = Fixture(shape, users: 1, items: items, samples: 1)
    var scorer = Scorer(shape: shape, dense: fixture.dense.span, itemRows: fixture.items.span)
    var all = [Float](repeating: .nan, count: items)
    var target = all.mutableSpan
    scorer.scoreAll(userRow: fixture.users.span, into: &target)
    for asked in [[0], [130, 0], (0..<131).reversed(), [7, 7, 7], [], [5, 96, 97, 95, 5, 130]] {
      let rows = asked.map(UInt32.init)
      var logits = [Float](repeating: .nan, count: rows.count)
      var span = logits.mutableSpan
      scorer.score(userRow: fixture.users.span, items: rows.span, into: &span)
      #expect(logits.map(\.bitPattern) == asked.map { all[$0].bitPattern })
    }
  }

  @Test(arguments: Fixture.shapes)
  func equalItemsTie(shape: NetworkShape) {
    let width = shape.rowWidth
    var fixture = Fixture(shape, users: 1, items: 120, samples: 1)
    for twin in [3, 57, 119] {
      fixture.items.replaceSubrange(twin * width..<(twin + 1) * width, with: fixture.items[..<width])
    }
    var scorer = Scorer(shape: shape, dense: fixture.dense.span, itemRows: fixture.items.span)
    var logits = [Float](repeating: .nan, count: 120)
    var target = logits.mutableSpan
    scorer.scoreAll(userRow: fixture.users.span, into: &target)
    #expect(Set([0, 3, 57, 119].map { logits[$0].bitPattern }).count == 1)
    #expect(Set(logits.map(\.bitPattern)).count > 1)
  }

  @Test(arguments: Fixture.shapes)
  func rankingAndTrainingSeeTheSameLogits(shape: NetworkShape) {
    for seed in 1...5 as ClosedRange<UInt64> {
      let fixture = Fixture(shape, users: 2, items: 2, samples: 1, seed: seed)
      var logits = fixture.logits()
      var losses = logits
      var slopes = logits.mutableSpan
      var room = losses.mutableSpan
      let expected = crossEntropy(targets: fixture.targets.span, scale: 1, logits: &slopes, losses: &room)
      #expect(fixture.gradients().loss.bitPattern == expected.loss.bitPattern)
    }
  }

  @Test func anItemThatIsNotThereIsABug() async {
    await #expect(processExitsWith: .failure) {
      let shape = NetworkShape(model: .gmf, factors: 4, layers: [])
      let fixture = Fixture(shape, users: 1, items: 3, samples: 1)
      var scorer = Scorer(shape: shape, dense: fixture.dense.span, itemRows: fixture.items.span)
      var logits = [Float](repeating: 0, count: 1)
      var target = logits.mutableSpan
      scorer.score(userRow: fixture.users.span, items: [3].span, into: &target)
    }
  }
}
