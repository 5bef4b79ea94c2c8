import Testing

@testable import neumf

@Suite struct NearestIDsTests {
  @Test func namesTheRangeOfNumbers() {
    let ids = NearestIDs(["5", "1", "900", "30"])
    #expect(ids.hint(for: "40", called: "user") == "user ids are numbers from 1 to 900; near it: 1, 5, 30")
    #expect(ids.hint(for: "bob", called: "user") == "user ids are numbers from 1 to 900")
    #expect(ids.hint(for: "\(Int.min)", called: "user").hasSuffix("near it: 1, 5, 30"))
  }

  @Test func namesTextsThatLookLikeIt() {
    let ids = NearestIDs(["zebra", "Anna", "anne", "7", "Hanna"])
    #expect(ids.hint(for: "ana", called: "user") == "user ids look like these: Anna, Hanna, anne")
    #expect(NearestIDs([]).hint(for: "ana", called: "user") == "the model has no users")
  }

  @Test func countsEdits() {
    func distance(_ left: String, _ right: String) -> Int { NearestIDs.distance(Array(left), Array(right)) }
    #expect(distance("", "abc") == 3 && distance("abc", "") == 3 && distance("kitten", "sitting") == 3)
  }
}
