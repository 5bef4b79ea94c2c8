package import Plan

/// A model whose scores are no numbers cannot be ranked.
package struct RankingError: Error, Equatable, CustomStringConvertible {
  /// Whose ranking it is.
  package let user: Row
  package init(user: Row) { self.user = user }
  package var description: String { "the model's scores for user row \(user) are not numbers" }
}

/// The rules of promise 8: scores are compared as logits, and a tie counts against the held-out item.
package enum CaseRank {
  /// How many of the others score at least as high as the first: the rank of the first, from 0. nil where a score is
  /// NaN.
  package static func ofFirst(_ logits: Span<Float>) -> Int? {
    precondition(!logits.isEmpty, "no logit of the held-out item")
    guard let reaching = reaching(logits[0], in: logits) else { return nil }
    // The first reaches itself.
    return reaching - 1
  }

  /// How many logits are at least `bound`; nil where one of them, or `bound`, is NaN.
  static func reaching(_ bound: Float, in logits: Span<Float>) -> Int? {
    var reaching: Int32 = 0
    var numbers: Int32 = 0
    for index in logits.indices {
      reaching &+= logits[index] >= bound ? 1 : 0
      numbers &+= logits[index] == logits[index] ? 1 : 0
    }
    return bound == bound && Int(numbers) == logits.count ? Int(reaching) : nil
  }
}
