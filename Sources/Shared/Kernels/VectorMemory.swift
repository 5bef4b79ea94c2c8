/// The vector at an address that need not be aligned.
/// - Parameter address: at least `Vector.scalarCount` floats follow it
@inline(__always)
func loadVector<Vector: SIMD>(_ address: UnsafePointer<Float>, as type: Vector.Type = Vector.self) -> Vector
where Vector.Scalar == Float {
  // Safety: the caller answers for the floats at the address; an unaligned load asks no more.
  unsafe UnsafeRawPointer(address).loadUnaligned(as: Vector.self)
}

/// Stores a vector at an address that need not be aligned.
/// - Parameter address: at least `Vector.scalarCount` floats follow it
@inline(__always)
func storeVector<Vector: SIMD>(_ vector: Vector, at address: UnsafeMutablePointer<Float>) where Vector.Scalar == Float {
  // Safety: the caller answers for the floats at the address; vectors are trivial, so bytes may be stored anywhere.
  unsafe UnsafeMutableRawPointer(address).storeBytes(of: vector, as: Vector.self)
}
