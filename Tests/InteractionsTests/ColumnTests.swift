import Testing

@testable import Interactions

@Suite struct ColumnTests {
  @Test(arguments: [0, 1, 1023, 1024, 1025, 5000])
  func growsAndTruncates(count: Int) {
    var column = Column<UInt32>(capacity: 1)
    for value in 0..<count { column.append(UInt32(value) * 3) }
    let all = (0..<column.count).map { column[$0] }
    #expect(all == (0..<count).map { UInt32($0) * 3 })
    column.truncate(to: count / 2)
    let half = values(of: column.span)
    #expect(half == Array(all.prefix(count / 2)))
    column.append(7)
    #expect(column.count == count / 2 + 1 && column[count / 2] == 7)
  }

  private func values(of span: Span<UInt32>) -> [UInt32] { span.indices.map { span[$0] } }

  @Test func scattersToPlaces() {
    var values = Column<UInt8>()
    var places = Column<UInt32>()
    for (value, place) in [(10, 2), (11, 0), (12, 1)] as [(UInt8, UInt32)] {
      values.append(value)
      places.append(place)
    }
    let scattered = values.scattered(to: places)
    #expect((0..<3).map { scattered[$0] } == [11, 12, 10])
  }
}
