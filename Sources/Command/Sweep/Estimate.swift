import Telemetry

/// A mean over seeds, with its standard error.
struct Estimate: Equatable {
  let mean: Double
  /// The standard deviation of the values, with n - 1 degrees of freedom, by the root of n; nil for one value.
  let standardError: Double?
  let count: Int

  /// Nil without values, and where one is not a number.
  init?(_ values: [Double]) {
    guard !values.isEmpty, values.allSatisfy(\.isFinite) else { return nil }
    let n = Double(values.count)
    let mean = values.reduce(0, +) / n
    self.mean = mean
    count = values.count
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    standardError = count > 1 ? (squares / (n - 1) / n).squareRoot() : nil
  }

  /// `0.6891 ± 0.0012`.
  /// - Parameter signed: a `+` before what is more than 0, as written
  func text(_ places: Int, signed: Bool = false) -> String {
    (signed && Figures.fixed(-mean, places).hasPrefix("-") ? "+" : "") + Figures.fixed(mean, places)
      + (standardError.map { " ± \(Figures.fixed($0, places))" } ?? "")
  }
}
