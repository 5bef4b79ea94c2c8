import Glibc

extension Plain {
  /// Cross-entropy on logits with the system's functions: each logit becomes the slope of its loss; the sum of the
  /// losses comes back.
  @inline(never)
  static func crossEntropy(_ targets: Span<Float>, scale: Float, logits: inout MutableSpan<Float>) -> Double {
    var sum = 0.0
    for index in targets.indices {
      let logit = logits[index]
      sum += Double(max(logit, 0) - targets[index] * logit + log1p(exp(-abs(logit))))
      logits[index] = (1 / (1 + exp(-logit)) - targets[index]) * scale
    }
    return sum
  }
}
