import Testing

@testable import neumf_bench

@Suite struct ReportTests {
  @Test func mediansAndPercentiles() {
    #expect([3.0, 1, 2].median == 2)
    #expect([4.0, 1, 2, 3].median == 2.5)
    #expect([Double]().median == 0)
    let hundred = (1...100).map { Double($0) }.shuffled()
    #expect(hundred.percentile(0.5) == 50)
    #expect(hundred.percentile(0.99) == 99)
    #expect([7.0].percentile(0.99) == 7)
    #expect(Timings(seconds: [3, 1, 2]).best == 1)
  }

  @Test func figuresHaveThreeDigits() {
    let figures = [0, 0.0123, 0.5, 1.234, 12.34, 123.4, 1234.4, 12_345_678].map { Figure.short($0) }
    #expect(figures == ["0.00", "0.0123", "0.500", "1.23", "12.3", "123", "1,234", "12,345,678"])
    #expect(Figure.short(.infinity) == "–")
    #expect([512, 1 << 10, 3 << 19, 1 << 30].map { Figure.binary($0) } == ["512 B", "1 KiB", "1.5 MiB", "1 GiB"])
    #expect(Figure.millions(1_234_567) == "1.23 M" && Figure.percent(0.255) == "26 %")
  }

  @Test func aTableIsMarkdown() {
    var table = ResultTable("Title", columns: ["what", "shape", "rate"], words: 2, notes: ["Read", "this."])
    table.append(["a", "1 × 2", "3.0"])
    #expect(
      table.markdown == """
        ### Title

        | what | shape | rate |
        | --- | --- | ---: |
        | a | 1 × 2 | 3.0 |

        Read this.

        """)
  }

  @Test func theCommandHasNoPlaces() {
    let command = BenchReport.command([
      "/build/release/neumf-bench", "cluster", "--data", "/home/me/ml-1m/", "--commit", "abc", "--rounds", "5",
      "--json",
      "x.json",
    ])
    #expect(command == "neumf-bench cluster --data ml-1m --rounds 5")
  }

  @Test func theStopwatchGoesRound() {
    var calls = [0, 0, 0]
    let times = Stopwatch(rounds: 4, sampleSeconds: 0).timesInTurn({ calls[0] += 1 }, { calls[1] += 1 }) {
      calls[2] += 1
    }
    // One call of each finds out how many a round needs.
    #expect(calls == [5, 5, 5])
    #expect(times.0.seconds.count == 4 && times.2.seconds.count == 4)
  }
}
