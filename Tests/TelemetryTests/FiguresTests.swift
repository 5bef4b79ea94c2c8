import Telemetry
import Testing

struct FiguresTests {
  @Test(arguments: [
    (0.0, 2, "0.00"), (1.005, 1, "1.0"), (0.99996, 4, "1.0000"), (-0.25, 2, "-0.25"), (-0.001, 2, "0.00"),
    (12.5, 0, "13"), (0.06, 2, "0.06"), (.nan, 2, "-"), (.infinity, 2, "-"), (1234.5678, 3, "1234.568"),
  ])
  func fixedRounds(_ value: Double, _ places: Int, _ expected: String) {
    #expect(Figures.fixed(value, places) == expected)
  }

  @Test(arguments: [
    (0.0, "0"), (999, "999"), (999.6, "1.00 k"), (1_000, "1.00 k"), (80_240, "80.2 k"), (999_700, "1.00 M"),
    (1_534_000, "1.53 M"), (12_340_000, "12.3 M"), (123_400_000, "123 M"), (2e9, "2.00 G"), (.nan, "-"),
  ])
  func ratesHaveThreeDigits(_ value: Double, _ expected: String) {
    #expect(Figures.rate(value) == expected)
  }

  @Test(arguments: [(0, "0 B"), (512, "512 B"), (77_000_000, "77.0 MB")])
  func bytesHaveTheirUnit(_ value: Int, _ expected: String) {
    #expect(Figures.byteCount(value) == expected)
  }

  @Test(arguments: [
    (0, "0:00"), (9, "0:09"), (59, "0:59"), (60, "1:00"), (754, "12:34"), (3_723, "1:02:03"), (-5, "0:00"),
  ])
  func clocksCountUpward(_ seconds: Int, _ expected: String) {
    #expect(Figures.clock(.seconds(seconds)) == expected)
  }
}
