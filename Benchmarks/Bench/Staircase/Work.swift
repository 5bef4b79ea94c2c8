/// What one call of a kernel does, in the unit that it is measured by.
struct Work: Sendable {
  enum Unit: String, Sendable {
    case flops = "GFLOP/s"
    case bytes = "GB/s"
    case rows = "M rows/s"
    case samples = "M samples/s"
  }

  let unit: Unit
  let amount: Double
  /// What bounds it on this machine, if anything does that can be measured.
  let ceiling: Ceiling?

  /// Multiplications and additions, bound by the arithmetic.
  static func flops(_ count: Int) -> Work { Work(unit: .flops, amount: Double(count), ceiling: .arithmetic) }

  /// Bytes read and bytes written, bound by the level of memory that holds what is touched.
  /// - Parameter workingSet: the bytes that repeated calls touch; those that one call moves, where nothing else is said
  static func bytes(_ count: Int, workingSet: Int? = nil) -> Work {
    Work(unit: .bytes, amount: Double(count), ceiling: .holding(workingSet ?? count))
  }

  /// Rows, of which each moves some bytes.
  static func rows(_ count: Int, bytesEach: Int, workingSet: Int) -> Work {
    Work(unit: .rows, amount: Double(count), ceiling: .holding(workingSet), bytes: Double(count * bytesEach))
  }

  static func samples(_ count: Int) -> Work { Work(unit: .samples, amount: Double(count), ceiling: nil) }

  /// What the ceiling counts: the amount, unless that is rows.
  let counted: Double

  private init(unit: Unit, amount: Double, ceiling: Ceiling?, bytes: Double? = nil) {
    self.unit = unit
    self.amount = amount
    self.ceiling = ceiling
    counted = bytes ?? amount
  }

  /// A rate in the unit.
  func rate(_ seconds: Double) -> String {
    Figure.short(amount / seconds / (unit == .flops || unit == .bytes ? 1e9 : 1e6))
  }
}
