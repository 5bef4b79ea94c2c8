/// One line of metrics.jsonl: where a run stood at some moment.
package struct MetricsLine: Codable, Equatable, Sendable {
  /// Seconds since 1970.
  package let time: Double
  package let epoch: Int
  /// Steps done in the epoch.
  package let step: Int
  /// The mean loss of the epoch so far; nil before the first step or where it is not finite.
  package let loss: Double?
  package let samplesPerSecond: Double
  /// At the plan's K; only in an evaluated epoch's last line.
  package let hitRatio: Double?
  package let ndcg: Double?
  /// Of predicted ratings; the same.
  package let mae: Double?
  package let rmse: Double?
  package let r2: Double?

  package init(
    time: Double, epoch: Int, step: Int, loss: Double?, samplesPerSecond: Double, hitRatio: Double? = nil,
    ndcg: Double? = nil, errors: RatingMeasures? = nil
  ) {
    self.time = time
    self.epoch = epoch
    self.step = step
    self.loss = loss.flatMap { $0.isFinite ? $0 : nil }
    self.samplesPerSecond = samplesPerSecond
    self.hitRatio = hitRatio
    self.ndcg = ndcg
    mae = errors?.mae
    rmse = errors?.rmse
    r2 = errors?.r2
  }
}
