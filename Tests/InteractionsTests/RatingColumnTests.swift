import Testing

@testable import Interactions

@Suite struct RatingColumnTests {
  @Test(arguments: [0, 1, 5, 255, 256, 257, 2000])
  func keepsAnyNumberOfLevels(levels: Int) {
    var column = RatingColumn()
    let ratings = (0..<levels * 3).map { Float(($0 * 7) % max(1, levels)) / 2 - 3 }
    for rating in ratings { column.append(rating) }
    let kept = (0..<column.count).map { column[$0] }
    #expect(kept == ratings && column.isCoded == (levels <= 256))
    let scale = column.scale
    #expect(scale?.lowerBound == ratings.min() && scale?.upperBound == ratings.max())
  }

  @Test(arguments: [3, 300])
  func movesInEitherForm(levels: Int) {
    var column = RatingColumn()
    for index in 0..<levels { column.append(Float(index)) }
    var places = Column<UInt32>()
    for index in 0..<levels { places.append(UInt32(levels - 1 - index)) }
    column.scatter(to: places)
    #expect(column[0] == Float(levels - 1))
    column.move(from: 1, to: 0)
    column.truncate(to: 2)
    #expect(column.count == 2 && column[0] == Float(levels - 2))
  }
}
