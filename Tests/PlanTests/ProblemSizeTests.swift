import Foundation
import Plan
import Testing

@Suite struct ProblemSizeTests {
  @Test func readsWhatEarlierVersionsWrote() throws {
    let old = Data(#"{"users": 3, "items": 4, "trainingInteractions": 5}"#.utf8)
    let size = try JSONDecoder().decode(ProblemSize.self, from: old)
    #expect(size == ProblemSize(users: 3, items: 4, trainingInteractions: 5))
    let written = try JSONSerialization.jsonObject(with: JSONEncoder().encode(size)) as? [String: Int]
    #expect(written == ["users": 3, "items": 4, "trainingInteractions": 5])
  }

  @Test func keepsColdItemsAndFeatures() throws {
    let size = ProblemSize(users: 3, items: 10, trainingInteractions: 5, coldItems: 2, features: 7)
    #expect(try JSONDecoder().decode(ProblemSize.self, from: JSONEncoder().encode(size)) == size)
    #expect(size.itemRows == 17 && size.knownItems == 8 && size.row(ofFeature: 6) == 16)
    #expect((0..<17).filter { size.isCold(UInt32($0)) } == [8, 9])
  }
}
