import Plan
import Testing

@Suite struct IndexPermutationTests {
  @Test(arguments: [1, 2, 3, 7, 64, 65, 1000, 4097]) func isAPermutation(count: Int) {
    let permutation = IndexPermutation(count: count, stream: RandomStream(seed: 5, .epochOrder, 1, 2))
    #expect(Set((0..<count).map { permutation[$0] }) == Set(0..<count))
  }

  /// About one element stays in place, and neighbours do not stay neighbours.
  @Test func mixesWell() {
    let count = 10_000
    let permutation = IndexPermutation(count: count, stream: RandomStream(seed: 1, .epochOrder))
    let order = (0..<count).map { permutation[$0] }
    #expect(order.enumerated().count { $0 == $1 } < 10)
    #expect(zip(order, order.dropFirst()).count { abs($0 - $1) == 1 } < 12)
    let firstHalf = order.prefix(count / 2).count { $0 < count / 2 }
    #expect(abs(firstHalf - count / 4) < 200)
  }

  @Test func anotherKeyAnotherOrder() {
    let one = IndexPermutation(count: 100, stream: RandomStream(seed: 1, .epochOrder, 1))
    let two = IndexPermutation(count: 100, stream: RandomStream(seed: 1, .epochOrder, 2))
    #expect((0..<100).map { one[$0] } != (0..<100).map { two[$0] })
  }
}
