import Kernels
import Testing

@Suite struct RowCountTests {
  @Test(arguments: sizes)
  func isOneMoreThanTheGreatest(count: Int) {
    for place in 0..<count {
      var rows = [UInt32](repeating: 3, count: count)
      rows[place] = 9
      #expect(rowCount(rows.span) == 10)
    }
    #expect(rowCount([UInt32](repeating: 0, count: count).span) == min(1, count))
  }
}
