/// `a·b + c`, rounded once where the build has fused instructions, and twice in a portable build.
@inlinable @inline(__always)
package func multiplyAdd(_ a: Float, _ b: Float, _ c: Float) -> Float {
  #if FUSED
    c.addingProduct(a, b)
  #else
    a * b + c
  #endif
}

/// `a·b + c` in every lane, rounded as in the scalar form.
@inlinable @inline(__always)
package func multiplyAdd<Vector: SIMD>(_ a: Vector, _ b: Vector, _ c: Vector) -> Vector where Vector.Scalar == Float {
  #if FUSED
    c.addingProduct(a, b)
  #else
    a * b + c
  #endif
}
