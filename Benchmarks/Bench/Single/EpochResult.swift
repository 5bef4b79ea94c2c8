/// What one epoch came to.
struct EpochResult: Sendable {
  let samples: Int
  let seconds: Double
  /// The mean over all samples.
  let loss: Double

  var samplesPerSecond: Double { Double(samples) / seconds }
}
