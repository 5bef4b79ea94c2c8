/// Where a training stands.
package struct TrainingProgress: Equatable, Sendable {
  /// From 1, and how many there will be.
  package var epoch: Int
  package var epochs: Int
  /// Samples of this epoch: trained, and in all.
  package var samplesDone: Int
  package var samplesInEpoch: Int
  /// The mean of this epoch so far; nil before there is one.
  package var loss: Double?
  package var samplesPerSecond: Double

  package init(
    epoch: Int, epochs: Int, samplesDone: Int, samplesInEpoch: Int, loss: Double?, samplesPerSecond: Double
  ) {
    self.epoch = epoch
    self.epochs = epochs
    self.samplesDone = samplesDone
    self.samplesInEpoch = samplesInEpoch
    self.loss = loss
    self.samplesPerSecond = samplesPerSecond
  }

  /// How much of this epoch is done, 0 to 1.
  package var fraction: Double {
    samplesInEpoch > 0 ? min(1, max(0, Double(samplesDone) / Double(samplesInEpoch))) : 0
  }

  /// Until the last epoch is trained at this rate, evaluations left out; nil while there is no rate.
  package var timeLeft: Duration? {
    guard samplesPerSecond > 0, samplesPerSecond.isFinite else { return nil }
    let samples = Double(samplesInEpoch) * Double(max(0, epochs - epoch + 1)) - Double(samplesDone)
    return .seconds(max(0, samples) / samplesPerSecond)
  }
}
