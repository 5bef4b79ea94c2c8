/// What a hidden layer applies to each of its sums. Loops are specialised for each kind; a new activation is one
/// small type, written without branches, so that the loops become vector instructions. At 0 each of them is 0.
@usableFromInline
package protocol Activation: Sendable {
  /// Whether the layer learns the activation's parameter.
  static var learns: Bool { get }
  /// Whether the slope is worth keeping from the forward pass to the backward pass, in the sum's place.
  static var keepsSlope: Bool { get }
  /// - Parameter parameter: what the layer has learnt; 0 where it learns nothing
  init(parameter: Float)
  /// The activation at `sum`.
  func value(_ sum: Float) -> Float
  /// The derivative at `sum`.
  func slope(_ sum: Float) -> Float
  /// The derivative by the parameter, at `sum`.
  func parameterSlope(_ sum: Float) -> Float
}

extension Activation {
  @inlinable @inline(__always)
  package static var learns: Bool { false }

  @inlinable @inline(__always)
  package static var keepsSlope: Bool { false }

  @inlinable @inline(__always)
  package func parameterSlope(_ sum: Float) -> Float { 0 }
}

/// max(0, x); its derivative at 0 is 0, as PyTorch has it.
@usableFromInline
package struct ReLU: Activation {
  @inlinable @inline(__always)
  package init(parameter: Float = 0) {}

  @inlinable @inline(__always)
  package func value(_ sum: Float) -> Float { sum <= 0 ? 0 : sum }

  @inlinable @inline(__always)
  package func slope(_ sum: Float) -> Float { sum <= 0 ? 0 : 1 }
}

/// x, or x / 100 where it is negative: PyTorch's slope.
@usableFromInline
package struct LeakyReLU: Activation {
  @inlinable @inline(__always)
  package init(parameter: Float = 0) {}

  @inlinable @inline(__always)
  package func value(_ sum: Float) -> Float { sum <= 0 ? 0.01 * sum : sum }

  @inlinable @inline(__always)
  package func slope(_ sum: Float) -> Float { sum <= 0 ? 0.01 : 1 }
}

/// x, or a·x where it is negative, with a learned a (He et al.: "Delving deep into rectifiers", 2015).
@usableFromInline
package struct PReLU: Activation {
  @usableFromInline let negativeSlope: Float

  @inlinable @inline(__always)
  package static var learns: Bool { true }

  @inlinable @inline(__always)
  package init(parameter: Float) { negativeSlope = parameter }

  @inlinable @inline(__always)
  package func value(_ sum: Float) -> Float { sum <= 0 ? negativeSlope * sum : sum }

  @inlinable @inline(__always)
  package func slope(_ sum: Float) -> Float { sum <= 0 ? negativeSlope : 1 }

  @inlinable @inline(__always)
  package func parameterSlope(_ sum: Float) -> Float { sum <= 0 ? sum : 0 }
}

/// x, or eˣ − 1 where it is negative (Clevert et al.: "Fast and accurate deep network learning by exponential linear
/// units", 2016), with α = 1.
@usableFromInline
package struct ELU: Activation {
  @inlinable @inline(__always)
  package static var keepsSlope: Bool { true }

  @inlinable @inline(__always)
  package init(parameter: Float = 0) {}

  @inlinable @inline(__always)
  package func value(_ sum: Float) -> Float {
    let bent = exponential(sum) - 1
    return sum <= 0 ? bent : sum
  }

  @inlinable @inline(__always)
  package func slope(_ sum: Float) -> Float {
    let bent = exponential(sum)
    return sum <= 0 ? bent : 1
  }
}

/// x·σ(x) (Ramachandran et al.: "Searching for activation functions", 2017), with β = 1.
@usableFromInline
package struct Swish: Activation {
  @inlinable @inline(__always)
  package static var keepsSlope: Bool { true }

  @inlinable @inline(__always)
  package init(parameter: Float = 0) {}

  @inlinable @inline(__always)
  package func value(_ sum: Float) -> Float { sum * logistic(sum) }

  @inlinable @inline(__always)
  package func slope(_ sum: Float) -> Float {
    let share = logistic(sum)
    return multiplyAdd(sum * share, 1 - share, share)
  }
}

/// `values = f(sums)` over a range of both; where the activation keeps its slope, `sums = f'(sums)` too.
@inlinable
package func activate<Kind: Activation>(
  _ kind: Kind, _ range: Range<Int>, of sums: inout MutableSpan<Float>, into values: inout MutableSpan<Float>
) {
  precondition(range.lowerBound >= 0 && range.upperBound <= sums.count, "\(range) of \(sums.count) sums")
  precondition(range.upperBound <= values.count, "\(range) of \(values.count) values")
  guard !range.isEmpty else { return }
  // Safety: the range lies within both, as checked.
  let source = unsafe sums.address + range.lowerBound
  let target = unsafe values.address + range.lowerBound
  for index in 0..<range.count {
    let sum = unsafe source[index]
    unsafe target[index] = kind.value(sum)
    if Kind.keepsSlope { unsafe source[index] = kind.slope(sum) }
  }
}

/// `sums = upstream ⊙ f'(sums)` over a range of sums: from the gradient of the activations to the gradient of the sums.
/// - Parameters:
///   - upstream: `[range.count]` or more
///   - sums: as `activate` left them
@inlinable
package func attenuate<Kind: Activation>(
  _ kind: Kind, _ upstream: Span<Float>, _ range: Range<Int>, of sums: inout MutableSpan<Float>
) {
  precondition(range.lowerBound >= 0 && range.upperBound <= sums.count, "\(range) of \(sums.count) sums")
  precondition(range.count <= upstream.count, "\(range.count) of \(upstream.count) gradients")
  guard !range.isEmpty else { return }
  // Safety: the range lies within both, as checked.
  let source = unsafe upstream.address
  let target = unsafe sums.address + range.lowerBound
  for index in 0..<range.count {
    let sum = unsafe target[index]
    unsafe target[index] = source[index] * (Kind.keepsSlope ? sum : kind.slope(sum))
  }
}

/// The gradient of an activation's parameter over a range of sums: `Σ upstream · ∂f/∂parameter`, in eight interleaved
/// runs, in double precision.
/// - Parameter upstream: `[range.count]` or more
@inlinable
package func parameterGradient<Kind: Activation>(
  _ kind: Kind, _ upstream: Span<Float>, _ range: Range<Int>, of sums: Span<Float>
) -> Double {
  precondition(range.lowerBound >= 0 && range.upperBound <= sums.count, "\(range) of \(sums.count) sums")
  precondition(range.count <= upstream.count, "\(range.count) of \(upstream.count) gradients")
  var totals = SIMD8<Double>.zero
  for index in 0..<range.count {
    totals[index & 7] += Double(upstream[index] * kind.parameterSlope(sums[range.lowerBound + index]))
  }
  let four = totals.lowHalf + totals.highHalf
  let two = four.lowHalf + four.highHalf
  return two[0] + two[1]
}
