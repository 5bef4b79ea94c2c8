/// What a hidden layer applies to each of its sums. Loops are specialised for each kind; a new activation is one
/// small type, written without branches, so that the loops become vector instructions.
@usableFromInline
package protocol Activation {
  /// The activation at `sum`.
  static func value(_ sum: Float) -> Float
  /// The derivative at `sum`, where the activation is `value`.
  static func slope(_ sum: Float, value: Float) -> Float
}

/// max(0, x); its derivative at 0 is 0, as PyTorch has it.
@usableFromInline
package enum ReLU: Activation {
  @inlinable @inline(__always)
  package static func value(_ sum: Float) -> Float { sum <= 0 ? 0 : sum }

  @inlinable @inline(__always)
  package static func slope(_ sum: Float, value: Float) -> Float { sum <= 0 ? 0 : 1 }
}

/// `values = f(sums)` over a range of both.
@inlinable
package func activate<Kind: Activation>(
  _ kind: Kind.Type, _ range: Range<Int>, of sums: Span<Float>, into values: inout MutableSpan<Float>
) {
  precondition(range.lowerBound >= 0 && range.upperBound <= sums.count, "\(range) of \(sums.count) sums")
  precondition(range.upperBound <= values.count, "\(range) of \(values.count) values")
  guard !range.isEmpty else { return }
  // Safety: the range lies within both, as checked.
  let source = unsafe sums.address + range.lowerBound
  let target = unsafe values.address + range.lowerBound
  for index in 0..<range.count { unsafe target[index] = Kind.value(source[index]) }
}

/// `sums = upstream ⊙ f'(sums)` over a range of sums and values: from the gradient of the activations to the gradient
/// of the sums.
/// - Parameter upstream: `[range.count]` or more
@inlinable
package func attenuate<Kind: Activation>(
  _ kind: Kind.Type, _ upstream: Span<Float>, values: Span<Float>, _ range: Range<Int>,
  of sums: inout MutableSpan<Float>
) {
  precondition(range.lowerBound >= 0 && range.upperBound <= sums.count, "\(range) of \(sums.count) sums")
  precondition(range.upperBound <= values.count, "\(range) of \(values.count) values")
  precondition(range.count <= upstream.count, "\(range.count) of \(upstream.count) gradients")
  guard !range.isEmpty else { return }
  // Safety: the range lies within all three, as checked.
  let source = unsafe upstream.address
  let activations = unsafe values.address + range.lowerBound
  let target = unsafe sums.address + range.lowerBound
  for index in 0..<range.count {
    unsafe target[index] = source[index] * Kind.slope(target[index], value: activations[index])
  }
}
