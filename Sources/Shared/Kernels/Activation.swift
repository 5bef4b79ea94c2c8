/// What a hidden layer applies to its sums, lane by lane. Loops are specialised for each; a new activation is one small type.
package protocol Activation {
  /// The activation at `sum`.
  static func value<Vector: SIMD>(_ sum: Vector) -> Vector where Vector.Scalar == Float
  /// The derivative at `sum`, where the activation is `value`.
  static func slope<Vector: SIMD>(_ sum: Vector, value: Vector) -> Vector where Vector.Scalar == Float
}

/// max(0, x); its derivative at 0 is 0, as PyTorch has it.
package enum ReLU: Activation {
  @inlinable @inline(__always)
  package static func value<Vector: SIMD>(_ sum: Vector) -> Vector where Vector.Scalar == Float {
    Vector.zero.replacing(with: sum, where: sum .> 0)
  }

  @inlinable @inline(__always)
  package static func slope<Vector: SIMD>(_ sum: Vector, value: Vector) -> Vector where Vector.Scalar == Float {
    Vector.zero.replacing(with: 1, where: sum .> 0)
  }
}
