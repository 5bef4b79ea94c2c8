import Kernels

/// What the machine could do at most.
enum Ceiling: String, CaseIterable, Sendable {
  /// Fused multiply-adds in registers.
  case arithmetic = "FMA"
  /// Copies within a level of memory.
  case firstCache = "L1"
  case secondCache = "L2"
  case thirdCache = "L3"
  case memory = "memory"

  private static let cacheByteCounts = [1, 2, 3].map { Machine.cacheByteCount(level: $0) }

  /// The level that holds so many bytes.
  static func holding(_ bytes: Int) -> Ceiling {
    for (level, ceiling) in [Ceiling.firstCache, .secondCache, .thirdCache].enumerated()
    where bytes <= cacheByteCounts[level] {
      return ceiling
    }
    return .memory
  }

  /// The bytes that a copy reads and writes.
  var byteCount: Int {
    switch self {
    case .arithmetic: 0
    case .firstCache: Self.cacheByteCounts[0] / 2
    case .secondCache: Self.cacheByteCounts[1] / 2
    case .thirdCache: Self.cacheByteCounts[2] / 4
    // Limit: far above any cache, and little beside the memory of any machine.
    case .memory: 128 << 20
    }
  }
}

/// The loops that find the ceilings.
struct Ceilings: ~Copyable {
  /// Room for the largest copy; smaller ones take a part of it.
  private var source: FloatBuffer
  private var target: FloatBuffer
  /// What the arithmetic arrives at, kept so that nobody can leave it out.
  private var sum: Float = 0

  /// Both halves of a copy stand this far apart within their pages: a processor that compares only the low bits of
  /// addresses would take each load for one of the stores before it.
  private static let shift = 512

  init() {
    source = FloatBuffer(count: Ceiling.memory.byteCount / 8)
    target = FloatBuffer(count: Ceiling.memory.byteCount / 8 + Self.shift)
  }

  /// Multiply-adds in each chain.
  private static let chainLength = 2000
  /// Small copies are repeated until so many bytes have moved, lest the call be what is measured.
  private static let leastByteCount = 1 << 20

  private static func copies(_ byteCount: Int) -> Int { max(1, leastByteCount / byteCount) }

  /// What one run does: operations, or bytes read and written.
  static func amount(_ ceiling: Ceiling) -> Double {
    switch ceiling {
    case .arithmetic: Double(2 * chainLength * Chains.count * Chains.Vector.scalarCount)
    case .firstCache, .secondCache, .thirdCache, .memory: Double(ceiling.byteCount * copies(ceiling.byteCount))
    }
  }

  mutating func run(_ ceiling: Ceiling) {
    switch ceiling {
    case .arithmetic: sum = Chains.run(Self.chainLength, from: sum)
    case .firstCache, .secondCache, .thirdCache, .memory:
      let byteCount = ceiling.byteCount
      for _ in 0..<Self.copies(byteCount) { Self.copy(byteCount / 8, source, &target) }
    }
  }

  @inline(never)
  private static func copy(_ count: Int, _ source: borrowing FloatBuffer, _ target: inout FloatBuffer) {
    let source = source.span.extracting(0..<count)
    var all = target.mutableSpan
    var target = all._mutatingExtracting(shift..<shift + count)
    // Safety: both have `count` floats, and do not overlap.
    unsafe target.address.update(from: source.address, count: count)
  }
}

/// Chains of multiply-adds that do not wait for each other: enough to keep every unit busy, few enough for the
/// registers.
private enum Chains {
  #if WIDE
    typealias Vector = SIMD16<Float>
  #elseif FUSED
    typealias Vector = SIMD8<Float>
  #else
    typealias Vector = SIMD4<Float>
  #endif
  static let count = 12

  @inline(never)
  static func run(_ length: Int, from seed: Float) -> Float {
    // All tend to 2, far from overflow and from numbers that are slow; each from elsewhere, lest two become one.
    let half = Vector(repeating: 0.5)
    let one = Vector(repeating: 1)
    func start(_ chain: Float) -> Vector { Vector(repeating: seed + chain) }
    var (a, b, c, d) = (start(1), start(2), start(3), start(4))
    var (e, f, g, h) = (start(5), start(6), start(7), start(8))
    var (i, j, k, l) = (start(9), start(10), start(11), start(12))
    for _ in 0..<length {
      a = multiplyAdd(a, half, one)
      b = multiplyAdd(b, half, one)
      c = multiplyAdd(c, half, one)
      d = multiplyAdd(d, half, one)
      e = multiplyAdd(e, half, one)
      f = multiplyAdd(f, half, one)
      g = multiplyAdd(g, half, one)
      h = multiplyAdd(h, half, one)
      i = multiplyAdd(i, half, one)
      j = multiplyAdd(j, half, one)
      k = multiplyAdd(k, half, one)
      l = multiplyAdd(l, half, one)
    }
    return ((a + b + c) + (d + e + f) + (g + h + i) + (j + k + l)).sum()
  }
}
