import Kernels
import Plan

/// What is done element by element: the first layer's activations, there and back, and the loss.
struct ActivationStairs {
  let samples: Int
  let width: Int

  func climb(_ name: String, on staircase: inout Staircase) {
    let shape = "\(name), leaf \(samples): \(samples) × \(width)"
    climbValues(shape, on: &staircase)
    climbSlopes(shape, on: &staircase)
    climbLoss("\(name), leaf \(samples)", on: &staircase)
  }

  private func climbValues(_ shape: String, on staircase: inout Staircase) {
    var sums = FloatBuffer.noise(samples * width)
    var plainValues = FloatBuffer(count: samples * width)
    var values = FloatBuffer(count: samples * width)
    let plain = { Self.rectify(sums, into: &plainValues) }
    let fast = { Self.activate(&sums, into: &values) }
    plain()
    fast()
    checkAgreement("activation", plainValues.span, values.span)
    staircase.compare("activation", shape, .bytes(8 * samples * width), plain: plain, fast: fast)
  }

  private func climbSlopes(_ shape: String, on staircase: inout Staircase) {
    // Positive, so that every call finds the signs that the first one found.
    let upstream = FloatBuffer.noise(samples * width, seed: 9)
    var plainSums = FloatBuffer.noise(samples * width)
    var sums = FloatBuffer.noise(samples * width)
    let plain = { Self.attenuatePlainly(upstream, &plainSums) }
    let fast = { Self.attenuate(upstream, &sums) }
    plain()
    fast()
    checkAgreement("gradient of the activation", plainSums.span, sums.span)
    staircase.compare("its gradient", shape, .bytes(12 * samples * width), plain: plain, fast: fast)
  }

  private func climbLoss(_ name: String, on staircase: inout Staircase) {
    let targets = (0..<samples).map { Float($0.isMultiple(of: 5) ? 1 : 0) }
    var plainLogits = FloatBuffer.noise(samples)
    var logits = FloatBuffer.noise(samples)
    var losses = FloatBuffer(count: samples)
    var (plainLoss, loss) = (0.0, 0.0)
    let plain = { plainLoss = Self.comparePlainly(targets, &plainLogits) }
    let fast = { loss = Self.compare(targets, &logits, &losses) }
    plain()
    fast()
    checkAgreement("slopes of the losses", plainLogits.span, logits.span)
    precondition(abs(plainLoss - loss) < 1e-4 * loss, "losses \(plainLoss) and \(loss)")
    staircase.compare("cross-entropy", "\(name): \(samples) logits", .samples(samples), plain: plain, fast: fast)
  }

  // The buffers are arguments, so that each callee may open spans of several of them at once.

  private static func rectify(_ sums: borrowing FloatBuffer, into values: inout FloatBuffer) {
    var target = values.mutableSpan
    Plain.rectify(sums.span, into: &target)
  }

  private static func activate(_ sums: inout FloatBuffer, into values: inout FloatBuffer) {
    let count = sums.count
    var source = sums.mutableSpan
    var target = values.mutableSpan
    Kernels.activate(ReLU(), 0..<count, of: &source, into: &target)
  }

  private static func attenuatePlainly(_ upstream: borrowing FloatBuffer, _ sums: inout FloatBuffer) {
    var target = sums.mutableSpan
    Plain.attenuate(upstream.span, into: &target)
  }

  private static func attenuate(_ upstream: borrowing FloatBuffer, _ sums: inout FloatBuffer) {
    let count = sums.count
    var target = sums.mutableSpan
    Kernels.attenuate(ReLU(), upstream.span, 0..<count, of: &target)
  }

  private static func comparePlainly(_ targets: [Float], _ logits: inout FloatBuffer) -> Double {
    var target = logits.mutableSpan
    return Plain.crossEntropy(targets.span, scale: 1, logits: &target)
  }

  private static func compare(_ targets: [Float], _ logits: inout FloatBuffer, _ losses: inout FloatBuffer) -> Double {
    var slopes = logits.mutableSpan
    var room = losses.mutableSpan
    return crossEntropy(targets: targets.span, scale: 1, logits: &slopes, losses: &room).loss
  }
}
