/// Compares plain loops with the project's kernels, both with what the machine could do, and keeps the figures.
struct Staircase: ~Copyable {
  let stopwatch: Stopwatch
  private var ceilings = Ceilings()
  private(set) var table: ResultTable

  init(_ title: String, stopwatch: Stopwatch, notes: [String] = []) {
    self.stopwatch = stopwatch
    table = ResultTable(
      title, columns: ["kernel", "shape", "plain", "fast", "fast, best", "unit", "fast / plain", "of the ceiling"],
      words: 2, notes: notes)
  }

  /// Times plain and fast in turn with the ceiling that bounds them.
  mutating func compare(_ kernel: String, _ shape: String, _ work: Work, plain: () -> Void, fast: () -> Void) {
    let times = Self.times(stopwatch, work.ceiling, &ceilings, plain, fast)
    var share = "–"
    if let ceiling = work.ceiling {
      let shares = zip(times.fast.seconds, times.ceiling.seconds).map { fast, bound in
        work.counted / fast * bound / Ceilings.amount(ceiling)
      }
      share = "\(Figure.percent(shares.median)) of \(ceiling.rawValue)"
    }
    let ratios = zip(times.plain.seconds, times.fast.seconds).map { $0 / $1 }
    table.append([
      kernel, shape, work.rate(times.plain.median), work.rate(times.fast.median), work.rate(times.fast.best),
      work.unit.rawValue, Figure.short(ratios.median), share,
    ])
  }

  private static func times(
    _ stopwatch: Stopwatch, _ ceiling: Ceiling?, _ ceilings: inout Ceilings, _ plain: () -> Void, _ fast: () -> Void
  ) -> (ceiling: Timings, plain: Timings, fast: Timings) {
    let times = stopwatch.timesInTurn({ ceilings.run(ceiling ?? .arithmetic) }, plain, fast)
    return (times.0, times.1, times.2)
  }

  /// The ceilings themselves.
  mutating func measureCeilings() -> ResultTable {
    var table = ResultTable("What the machine could do", columns: ["ceiling", "working set", "median", "best", "unit"])
    for ceiling in Ceiling.allCases {
      let times = Self.times(stopwatch, ceiling, &ceilings)
      let unit = ceiling == .arithmetic ? Work.Unit.flops : .bytes
      table.append([
        ceiling == .arithmetic ? "multiply-adds in registers" : "copy within \(ceiling.rawValue), read and written",
        ceiling == .arithmetic ? "–" : Figure.binary(ceiling.byteCount),
        Figure.short(Ceilings.amount(ceiling) / times.median / 1e9),
        Figure.short(Ceilings.amount(ceiling) / times.best / 1e9), unit.rawValue,
      ])
    }
    return table
  }

  private static func times(_ stopwatch: Stopwatch, _ ceiling: Ceiling, _ ceilings: inout Ceilings) -> Timings {
    stopwatch.times { ceilings.run(ceiling) }
  }
}

/// Stops where a plain version and a fast one do not agree: then they do not measure the same thing.
func checkAgreement(_ kernel: String, _ plain: Span<Float>, _ fast: Span<Float>) {
  precondition(plain.count == fast.count, "\(kernel): \(plain.count) floats and \(fast.count)")
  for index in plain.indices {
    let (left, right) = (plain[index], fast[index])
    precondition(
      abs(left - right) <= 1e-3 * max(1, abs(left), abs(right)), "\(kernel): \(left) and \(right) at \(index)")
  }
}
