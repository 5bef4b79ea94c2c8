import Glibc
import Plan
import Testing

@testable import NeuralCF

@Suite struct GradientComputationTests {
  @Test(arguments: Fixture.shapes, [Float(0), 0.1])
  func agreesWithFiniteDifferences(shape: NetworkShape, l2: Float) {
    check(Fixture(shape, users: 3, items: 5, samples: 8), l2: l2)
  }

  @Test(arguments: Fixture.shapes.filter { !$0.hidden.isEmpty })
  func agreesWithFiniteDifferencesWhereUnitsAreDropped(shape: NetworkShape) {
    var fixture = Fixture(shape, users: 3, items: 5, samples: 8)
    fixture.dropout = Dropout(share: 0.3, seed: 5, epoch: Epoch(2))
    fixture.numbers = (0..<8).map { 1000 * $0 + 7 }
    check(fixture, l2: 0)
  }

  @Test(arguments: Fixture.shapes)
  func agreesWithFiniteDifferencesOnRatings(shape: NetworkShape) {
    var fixture = Fixture(shape, users: 3, items: 5, samples: 8)
    fixture.objective = .rating
    fixture.targets = (0..<8).map { Float($0) / 2 - 1.5 }
    check(fixture, l2: 0.1)
  }

  private func check(_ fixture: Fixture, l2: Float) {
    let shape = fixture.shape
    let scale: Float = 1 / 32
    let found = fixture.gradients(scale: scale, l2: l2)
    let model = ReferenceModel(fixture)
    let loss = model.objective(fixture, scale: 1, l2: 0)
    #expect(abs(found.loss - loss) < 1e-5 * loss)
    check(found.users, \.users, model, fixture, scale, l2, every: found.users.count / 40 | 1)
    check(found.items, \.items, model, fixture, scale, l2, every: found.items.count / 40 | 1)
    for block in shape.denseBlocks {
      check(found.dense, \.dense, model, fixture, scale, l2, every: block.count / 12 | 1, in: block.range)
    }
  }

  /// Central differences of the reference in double precision; a step of 1e-6 is far from every kink of these
  /// fixtures' ReLUs.
  private func check(
    _ found: [Float], _ parameters: WritableKeyPath<ReferenceModel, [Double]>, _ model: ReferenceModel,
    _ fixture: Fixture,
    _ scale: Float, _ l2: Float, every step: Int, in range: Range<Int>? = nil
  ) {
    let size = 1e-6
    for index in stride(from: range?.lowerBound ?? 0, to: range?.upperBound ?? found.count, by: step) {
      var moved = model
      moved[keyPath: parameters][index] += size
      let above = moved.objective(fixture, scale: Double(scale), l2: Double(l2))
      moved[keyPath: parameters][index] -= 2 * size
      let below = moved.objective(fixture, scale: Double(scale), l2: Double(l2))
      let expected = (above - below) / (2 * size)
      #expect(abs(Double(found[index]) - expected) < 2e-6 + 2e-5 * abs(expected), "\(parameters) at \(index)")
    }
  }

  /// The update of a sample in the matrix factorization of Rendle et al. (2020): v += η·((y − σ(s))·w − λ·v) for each
  /// of its two rows' factors, and the same with w = 1 for the biases.
  @Test(arguments: [Float(0), 1]) func matrixFactorizationDescendsAsInRendle(label: Float) {
    var fixture = Fixture(NetworkShape(model: .mf, factors: 5, layers: []), users: 2, items: 1, samples: 1)
    fixture.userOfSample = [0]
    fixture.targets = [label]
    let (user, item) = (fixture.users.map(Double.init), fixture.items.map(Double.init))
    let bias = Double(fixture.dense[0])
    let score = bias + user[5] + item[5] + (0..<5).reduce(0) { $0 + user[$1] * item[$1] }
    let gradient = Double(label) - 1 / (1 + exp(-score))
    let found = fixture.gradients(l2: 0.02)
    func expect(_ found: Float, _ weight: Double, times other: Double) {
      #expect(abs(Double(-found) - (gradient * other - 0.02 * weight)) < 1e-6)
    }
    for factor in 0..<5 {
      expect(found.users[factor], user[factor], times: item[factor])
      expect(found.items[factor], item[factor], times: user[factor])
    }
    expect(found.users[5], user[5], times: 1)
    expect(found.items[5], item[5], times: 1)
    expect(found.dense[0], bias, times: 1)
  }

  @Test(arguments: Fixture.shapes)
  func aLargeBatchIsTheSumOfItsParts(shape: NetworkShape) {
    let samples = 2 * ForwardLayout.blockSize + 19
    let whole = Fixture(shape, users: 30, items: 60, samples: samples)
    let sum = whole.gradients(scale: 0.01, l2: 0.02)
    var loss = 0.0
    var users = [Float](repeating: 0, count: whole.users.count)
    var items = [Float](repeating: 0, count: whole.items.count)
    var dense = [Float](repeating: 0, count: whole.dense.count)
    for start in stride(from: 0, to: samples, by: 50) {
      var part = whole
      let range = start..<min(samples, start + 50)
      part.userOfSample = Array(whole.userOfSample[range])
      part.itemOfSample = Array(whole.itemOfSample[range])
      part.targets = Array(whole.targets[range])
      let found = part.gradients(scale: 0.01, l2: 0.02)
      loss += found.loss
      for index in users.indices { users[index] += found.users[index] }
      for index in items.indices { items[index] += found.items[index] }
      for index in dense.indices { dense[index] += found.dense[index] }
    }
    #expect(abs(loss - sum.loss) < 1e-9 * loss)
    for (found, expected) in [(sum.users, users), (sum.items, items), (sum.dense, dense)] {
      #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-4 * (1 + abs($1)) })
    }
  }

  @Test(arguments: Fixture.shapes)
  func aSampleDoesNotDependOnItsNeighboursOrPosition(shape: NetworkShape) {
    let width = shape.rowWidth
    let base = Fixture(shape, users: 1, items: 1, samples: 1)
    let alone = base.gradients(scale: 0.5)
    for (place, count) in [(0, 2), (1, 2), (6, 7), (0, 13), (5, 13), (12, 13), (95, 97), (96, 97), (96, 100)] {
      // Its neighbours share another user and another item, whose values have diverged.
      var fixture = base
      fixture.users = [Float](repeating: .infinity, count: width) + base.users
      fixture.items = base.items + [Float](repeating: .nan, count: width)
      fixture.userOfSample = (0..<count).map { $0 == place ? 1 : 0 }
      fixture.itemOfSample = (0..<count).map { $0 == place ? 0 : 1 }
      fixture.targets = (0..<count).map { $0 == place ? base.targets[0] : 1 }
      let found = fixture.gradients(scale: 0.5)
      #expect(found.users[width...].map(\.bitPattern) == alone.users.map(\.bitPattern), "sample \(place) of \(count)")
      #expect(found.items[..<width].map(\.bitPattern) == alone.items.map(\.bitPattern), "sample \(place) of \(count)")
    }
  }

  @Test(arguments: Fixture.shapes)
  func scratchLeavesNoTrace(shape: NetworkShape) {
    let small = Fixture(shape, users: 3, items: 4, samples: 9)
    let large = Fixture(shape, users: 40, items: 90, samples: 130, seed: 8)
    var computation = GradientComputation(shape: shape, sampleCapacity: 2)
    let fresh = small.gradients(scale: 0.1, l2: 0.1)
    #expect(small.gradients(by: &computation, scale: 0.1, l2: 0.1) == fresh)
    var diverged = large
    diverged.users = large.users.map { _ in .nan }
    _ = diverged.gradients(by: &computation)
    #expect(large.gradients(by: &computation, l2: 0.1) == large.gradients(l2: 0.1))
    #expect(small.gradients(by: &computation, scale: 0.1, l2: 0.1) == fresh)
  }

  @Test(arguments: Fixture.shapes)
  func eachTableHasItsOwnPenalty(shape: NetworkShape) {
    let fixture = Fixture(shape, users: 3, items: 5, samples: 8)
    let (small, large) = (fixture.gradients(l2: 0.1), fixture.gradients(l2: 0.5))
    let mixed = fixture.gradients(l2: 0.1, l2Items: 0.5)
    #expect(mixed.users == small.users && mixed.items == large.items && mixed.dense == small.dense)
    #expect(small.items != large.items)
  }

  @Test func anUnusedRowHasNoGradient() {
    let fixture = Fixture(Fixture.shapes[0], users: 4, items: 5, samples: 20)
    let found = fixture.gradients(l2: 0.5)
    let width = fixture.shape.rowWidth
    #expect(found.users[(3 * width)...].allSatisfy { $0 == 0 })
    #expect(found.users[..<(3 * width)].contains { $0 != 0 })
  }

  @Test(arguments: Fixture.shapes)
  func noSamplesMeanZeroGradients(shape: NetworkShape) {
    for fixture in [Fixture(shape, users: 0, items: 0, samples: 0), Fixture(shape, users: 2, items: 3, samples: 0)] {
      let found = fixture.gradients(l2: 0.5)
      #expect(found.loss == 0 && (found.users + found.items + found.dense).allSatisfy { $0 == 0 })
    }
  }

  @Test func aSampleOfARowThatIsNotThereIsABug() async {
    await #expect(processExitsWith: .failure) {
      var fixture = Fixture(NetworkShape(model: .gmf, factors: 4, layers: []), users: 2, items: 3, samples: 4)
      fixture.itemOfSample[2] = 3
      _ = fixture.gradients()
    }
  }
}
