import Kernels
import Testing

/// The half float nearest to `x`, by definition: a whole number of the spacing at its magnitude, ties to even.
private func nearestHalf(_ x: Float) -> UInt16 {
  let sign: UInt16 = x.sign == .minus ? 0x8000 : 0
  guard !x.isNaN else { return sign | 0x7e00 }
  guard x.isFinite, x != 0 else { return sign | (x == 0 ? 0 : 0x7c00) }
  let exponent = max(-14, Int(x.exponent))
  let spacing = Double(sign: .plus, exponent: exponent - 10, significand: 1)
  // 2¹⁰ to 2¹¹ of a normal number, less of a subnormal one; what is rounded up to 2¹¹ carries into the exponent.
  let steps = Int((Double(x.magnitude) / spacing).rounded(.toNearestOrEven))
  return sign | UInt16(min(0x7c00, (exponent + 14) * 1024 + steps))
}

/// What a half float means, by definition.
private func value(ofHalf bits: UInt16) -> Float {
  let sign: Double = bits & 0x8000 == 0 ? 1 : -1
  let (exponent, fraction) = (Int(bits >> 10 & 0x1f), Double(bits & 0x3ff))
  if exponent == 31 { return fraction == 0 ? Float(sign) * .infinity : .nan }
  let significand = exponent == 0 ? fraction : 1024 + fraction
  return Float(sign * significand * Double(sign: .plus, exponent: max(1, exponent) - 25, significand: 1))
}

private func halves(_ source: [Float]) -> [UInt16] {
  var target = [Float16](repeating: .nan, count: source.count)
  var span = target.mutableSpan
  roundToHalves(source.span, into: &span)
  return target.map(\.bitPattern)
}

private func floats(_ halves: [UInt16], times factor: Float = 1, offset: Int = 0) -> [Float] {
  var bytes = [UInt8](repeating: 0, count: offset)
  for half in halves { bytes += [UInt8(half & 0xff), UInt8(half >> 8)] }
  var target = [Float](repeating: .nan, count: halves.count)
  var span = target.mutableSpan
  unsafe widenHalves(bytes.span.bytes.extracting(offset..<bytes.count), times: factor, into: &span)
  return target
}

/// Halves that are not numbers may differ in what they carry.
private func same(_ left: [UInt16], _ right: [UInt16]) -> Bool {
  zip(left, right).allSatisfy { $0 == $1 || value(ofHalf: $0).isNaN && value(ofHalf: $1).isNaN }
    && left.count == right.count
}

@Suite struct HalvesTests {
  /// Zeros, subnormal results, ties of even and odd neighbours, the ends of the range, and what is not a number.
  private static let edges: [Float] = [
    0, -0.0, 1, -2, 0x1p-24, 0x1p-25, 0x1.000002p-25, 0x1.8p-24, 0x1.8p-25, -0x1.4p-23, 0x1.ffcp-15, 0x1.ffep-15,
    0x1.fffp-15, 0x1p-14, 1 + 0x1p-11, 1 + 0x1.8p-10, 1 + 0x1p-11 + 0x1p-23, 1 + 0x1.7ffffep-10, 2047.5, 2048.5, 2049,
    2051, 65504, 65519.996, 65520, -65520, 65536, 1e30, -.infinity, .infinity, .nan, .leastNonzeroMagnitude,
    .leastNormalMagnitude, -.greatestFiniteMagnitude,
  ]

  @Test(arguments: sizes) func roundsAsDefined(count: Int) {
    for scale: Float in [1, 1e-5, 1e-7, 40_000, 1e6] {
      let source = numbers(count).map { $0 * scale }
      #expect(halves(source) == source.map(nearestHalf))
      #expect(halves(source) == source.map { Float16($0).bitPattern })
    }
  }

  /// Each edge in every lane, since the last ones take another path.
  @Test func roundsEdgesAsDefined() {
    for shift in 0..<9 {
      let source = numbers(shift) + Self.edges
      #expect(same(halves(source), source.map(nearestHalf)))
      #expect(same(halves(source), source.map { Float16($0).bitPattern }))
    }
  }

  @Test func everyHalfIsWidenedAndRoundedBack() {
    let all = (0...UInt16.max).map(\.self)
    let widened = floats(all)
    #expect(zip(widened, all).allSatisfy { $0 == value(ofHalf: $1) || $0.isNaN && value(ofHalf: $1).isNaN })
    #expect(same(halves(widened), all))
  }

  @Test(arguments: sizes, [0, 1, 2, 3]) func widensFromAnyAddress(count: Int, offset: Int) {
    let source = numbers(count).map { Float16($0) }
    let widened = floats(source.map(\.bitPattern), times: 0x1p-12, offset: offset)
    #expect(widened == source.map { Float($0) * 0x1p-12 })
  }

  @Test func lengthsMustAgree() async {
    await #expect(processExitsWith: .failure) {
      var target = [Float16](repeating: 0, count: 2)
      var span = target.mutableSpan
      roundToHalves([1, 2, 3].span, into: &span)
    }
    await #expect(processExitsWith: .failure) {
      var target = [Float](repeating: 0, count: 2)
      var span = target.mutableSpan
      unsafe widenHalves([0, 0, 0].span.bytes.extracting(0..<3), times: 1, into: &span)
    }
  }
}

@Suite struct RoundRowsTests {
  /// One push: the values as they travel, and what remains.
  private func round(
    _ rows: [UInt32], _ gradients: [Float], width: Int, times factor: Float, _ remainders: inout [Float]
  ) -> [Float] {
    var values = gradients
    var span = values.mutableSpan
    var rest = remainders.mutableSpan
    roundRows(rows.span, &span, width: width, times: factor, remainders: &rest)
    return values
  }

  @Test(arguments: sizes) func agreesWithThePlainLoop(width: Int) {
    let rows: [UInt32] = [0, 2, 5]
    let gradients = numbers(3 * width, seed: 2).map { $0 * 1e-3 }
    let before = numbers(7 * width, seed: 3).map { $0 * 1e-3 }
    var remainders = before
    let values = round(rows, gradients, width: width, times: 4096, &remainders)
    var expected = before
    for (index, row) in rows.enumerated() {
      for lane in 0..<width {
        let sum = gradients[index * width + lane] * 4096 + before[Int(row) * width + lane]
        let rounded = Float(Float16(sum))
        #expect(values[index * width + lane] == rounded)
        expected[Int(row) * width + lane] = sum - rounded
      }
    }
    #expect(sameBits(remainders, expected))
  }

  /// Gradients far below the spacing of what is pushed arrive in the end: all pushes and the last remainder make the
  /// sum of all gradients.
  @Test func nothingIsLostInTheLongRun() {
    var remainders = [Float](repeating: 0, count: 9)
    var arrived = [Double](repeating: 0, count: 9)
    var pushed = arrived
    for step in 0..<1000 {
      let gradients = (0..<9).map { lane in (step % 2 == 0 ? 0x1p-20 : 1) * Float(lane + 1) / 3 }
      let values = round([0], gradients, width: 9, times: 1, &remainders)
      for lane in 0..<9 {
        pushed[lane] += Double(gradients[lane])
        arrived[lane] += Double(values[lane])
      }
    }
    for lane in 0..<9 { #expect(abs(arrived[lane] + Double(remainders[lane]) - pushed[lane]) < 1e-4) }
  }

  @Test func whatIsTooGreatWaits() {
    var remainders = [Float](repeating: 0, count: 9)
    let first = round([0], (0..<9).map { $0 % 2 == 0 ? 100_000 : -100_000 }, width: 9, times: 1, &remainders)
    #expect(first == (0..<9).map { $0 % 2 == 0 ? 65504 : -65504 })
    #expect(remainders == (0..<9).map { $0 % 2 == 0 ? 34496 : -34496 })
    let second = round([0], [Float](repeating: 0, count: 9), width: 9, times: 1, &remainders)
    #expect(second == (0..<9).map { $0 % 2 == 0 ? 34496 : -34496 })
    #expect(remainders == [Float](repeating: 0, count: 9))
  }

  /// A training that has diverged shows that it has.
  @Test func whatIsNotANumberStaysSo() {
    var remainders = [Float](repeating: 0, count: 9)
    let values = round([0], [Float](repeating: .nan, count: 9), width: 9, times: 8, &remainders)
    #expect(values.allSatisfy { $0.isNaN })
  }

  @Test func rowBeyondTheTableIsRefused() async {
    await #expect(processExitsWith: .failure) {
      var values: [Float] = [1, 2]
      var remainders: [Float] = [0, 0]
      var span = values.mutableSpan
      var rest = remainders.mutableSpan
      roundRows([1].span, &span, width: 2, times: 1, remainders: &rest)
    }
  }
}
