import Telemetry
import Testing

struct AxisTicksTests {
  @Test func marksAreRoundAndEncloseTheData() {
    let ticks = AxisTicks(around: [0.553, 0.681], count: 6)
    #expect(ticks.places == 2)
    #expect(ticks.values.map { Figures.fixed($0, 2) } == ["0.55", "0.60", "0.65", "0.70"])
    #expect(AxisTicks(around: [0, 10], count: 5).values == [0, 2, 4, 6, 8, 10])
  }

  @Test func epochsAreWholeNumbers() {
    #expect(AxisTicks(around: [1, 2, 3], count: 10, wholeNumbers: true).values == [1, 2, 3])
    #expect(AxisTicks(around: [1], count: 10, wholeNumbers: true).values == [0, 1, 2])
    #expect(AxisTicks(around: [1, 100], count: 10, wholeNumbers: true).values.count <= 12)
  }

  @Test(arguments: [[], [3], [0, 0], [-1e-9, 1e-9], [.nan, 1, .infinity], [1e11, -1e11], [5, 5.0000001]])
  func oddDataHaveAnAxisToo(_ data: [Double]) {
    let ticks = AxisTicks(around: data, count: 6)
    let finite = data.filter { $0.isFinite }
    #expect(ticks.values.count >= 2 && ticks.values.count <= 15)
    #expect(ticks.low < ticks.high)
    #expect(finite.allSatisfy { $0 >= ticks.low - 1e-6 && $0 <= ticks.high + 1e-6 })
  }
}
