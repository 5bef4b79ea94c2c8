import Kernels
import Plan

extension FloatBuffer {
  /// Random floats between -1 and 1.
  static func noise(_ count: Int, seed: UInt64 = 1) -> FloatBuffer {
    let stream = RandomStream(seed: seed, .simulation, 77)
    var buffer = FloatBuffer(count: count)
    for index in 0..<count { buffer[index] = Float(2 * stream.uniform(at: UInt64(index)) - 1) }
    return buffer
  }
}
