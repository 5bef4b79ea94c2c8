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
}
