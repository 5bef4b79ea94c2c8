/// How far predicted ratings are from the true ones.
package struct RatingMeasures: Codable, Equatable, Sendable {
  package let mae: Double
  package let rmse: Double
  /// Nil where the true ratings do not vary.
  package let r2: Double?

  package init(mae: Double, rmse: Double, r2: Double?) {
    self.mae = mae
    self.rmse = rmse
    self.r2 = r2
  }

  private enum CodingKeys: String, CodingKey { case mae, rmse, r2 }

  /// From among the keys of what is measured; nil where they are not there.
  init?(beside decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    guard container.contains(.rmse) else { return nil }
    try self.init(from: decoder)
  }
}
