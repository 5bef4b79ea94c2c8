import Interactions
import Plan
import Testing

@Suite struct InteractionIndexTests {
  /// Users of every kind: none, few, many and all of 300 items.
  private static func matrix() throws -> InteractionMatrix {
    let lists = [0, 1, 2, 31, 32, 33, 0, 65, 150, 300, 0].enumerated().map { user, count in
      (0..<UInt32(count)).map { ($0 * (count == 300 ? 1 : 2) + UInt32(user)) % 300 }
    }
    return try InteractionMatrix(itemsOfUsers: lists, items: 300)
  }

  @Test(arguments: [0..<11, 1..<2, 3..<7, 6..<10, 10..<11, 4..<4])
  func agreesWithTheMatrix(_ users: Range<Int>) throws {
    let matrix = try Self.matrix()
    let index = InteractionIndex(matrix, users: users)
    for user in users.map({ Row($0) }) {
      for place in matrix.range(of: user) { #expect(index.user(ofInteraction: place) == user) }
      for item in (0..<300).map({ Row($0) }) {
        #expect(index.contains(user: user, item: item) == matrix.contains(user: user, item: item))
      }
    }
  }

  /// Of the pairs that never met, few need the matrix's own search, and none where interactions are dense.
  @Test(arguments: [(1000, 0), (4000, 20)]) func tellsMostStrangersApartAtOnce(_ items: Int, oneOf share: Int) throws {
    let lists = (0..<200).map { user in (0..<UInt32(50)).map { $0 * 20 + UInt32(user) % 20 } }
    let matrix = try InteractionMatrix(itemsOfUsers: lists, items: items)
    let index = InteractionIndex(matrix, users: 0..<200)
    var (strangers, passed) = (0, 0)
    for user in (0..<200).map({ Row($0) }) {
      for item in (0..<items).map({ Row($0) }) where !matrix.contains(user: user, item: item) {
        strangers += 1
        passed += index.mayContain(user: user, item: item) ? 1 : 0
      }
    }
    #expect(share == 0 ? passed == 0 : passed > 0 && passed < strangers / share)
  }
}
