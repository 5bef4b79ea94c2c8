import Testing

@testable import Interactions

@Suite struct TimeColumnTests {
  @Test(
    arguments: [[], [5], [1, 0, 3_000_000_000], [7, -1, 7], [1, 5_000_000_000_000, 2], [.min, .max, 0]] as [[Int64]])
  func keepsTimesOfAnySize(times: [Int64]) {
    var column = TimeColumn()
    for time in times { column.append(time) }
    let kept = (0..<column.count).map { column[$0] }
    #expect(kept == times)
  }

  @Test(arguments: [1, 2, 3, 10, 1000], [false, true])
  func findsQuantilesAsSortingDoes(count: Int, isWide: Bool) {
    let times = (0..<count).map { Int64(($0 * 7919) % 257) * (isWide ? -10_000_000_019 : 65_537) }
    var column = TimeColumn()
    for time in times { column.append(time) }
    let sorted = times.sorted()
    for fraction in [0.001, 0.25, 0.5, 0.8, 0.999] {
      let rank = max(0, Int((fraction * Double(count)).rounded(.up)) - 1)
      #expect(column.quantile(fraction) == sorted[rank], "\(fraction) of \(count)")
    }
  }

  @Test func hasNoQuantileOfNothing() {
    let column = TimeColumn()
    let quantile = column.quantile(0.5)
    #expect(quantile == nil)
  }
}
