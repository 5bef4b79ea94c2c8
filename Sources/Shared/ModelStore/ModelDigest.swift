import CSodium

/// SHA-256 over all parameters of a model as little-endian single precision, in canonical order: each user's row, each
/// item's row, the dense vector, laid out as `NetworkShape` says. The optimizer's state does not enter: equal models,
/// equal digests.
package struct ModelDigest: ~Copyable {
  private var state = crypto_hash_sha256_state()

  package init() {
    // Safety: initializes the state that it is given, and cannot fail.
    unsafe crypto_hash_sha256_init(&state)
  }

  /// The next parameters.
  package mutating func update(_ parameters: Span<Float>) {
    // Safety: floats have no padding; libsodium reads exactly these bytes during the call.
    unsafe parameters.withUnsafeBytes { bytes in
      guard let start = bytes.baseAddress else { return }
      unsafe crypto_hash_sha256_update(&state, start.assumingMemoryBound(to: UInt8.self), UInt64(bytes.count))
    }
  }

  /// 64 hexadecimal digits.
  package consuming func finish() -> String {
    var hash = [UInt8](repeating: 0, count: 32)
    // Safety: writes 32 bytes.
    unsafe crypto_hash_sha256_final(&state, &hash)
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: hash.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}
