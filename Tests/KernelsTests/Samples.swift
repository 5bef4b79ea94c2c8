/// The sizes at which kernels change their path, and one to each side of them.
let sizes = [0, 1, 7, 8, 9, 15, 16, 17, 63, 64, 65]

/// Made-up floats in −1 ..< 1, the same in every run.
func numbers(_ count: Int, seed: UInt64 = 1) -> [Float] {
  var state = seed &* 0x9E37_79B9_7F4A_7C15
  return (0..<count).map { _ in
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Float(Int32(truncatingIfNeeded: state >> 32)) * 0x1p-31
  }
}

/// Made-up indices below `bound`.
func indices(_ count: Int, below bound: Int, seed: UInt64 = 1) -> [UInt32] {
  numbers(count, seed: seed).map { UInt32(min(bound - 1, Int(($0 + 1) / 2 * Float(bound)))) }
}

/// A matrix whose rows stand apart, with a filler around and between them that no kernel may read into a result or
/// overwrite.
struct SpacedMatrix {
  static let front = 3
  let rows: Int
  let width: Int
  let stride: Int
  var floats: [Float]

  /// - Parameter slack: floats between two rows, and behind the last
  init(rows: Int, width: Int, slack: Int = 5, filler: Float = .nan, seed: UInt64 = 1) {
    self.rows = rows
    self.width = width
    stride = width + slack
    floats = [Float](repeating: filler, count: Self.front + rows * (width + slack))
    let values = numbers(rows * width, seed: seed)
    for row in 0..<rows {
      for column in 0..<width { floats[Self.front + row * stride + column] = values[row * width + column] }
    }
  }

  subscript(row: Int, column: Int) -> Float {
    get { floats[Self.front + row * stride + column] }
    set { floats[Self.front + row * stride + column] = newValue }
  }
}

/// Whether two arrays are equal bit for bit; NaN equals itself.
func sameBits(_ left: [Float], _ right: [Float]) -> Bool { left.map(\.bitPattern) == right.map(\.bitPattern) }
