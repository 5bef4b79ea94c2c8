import Glibc
import Plan

/// Numbers drawn one after the other from a seed.
struct Dice {
  private let stream: RandomStream
  private var drawn: UInt64 = 0

  init(seed: UInt64, _ purpose: UInt64) { stream = RandomStream(seed: seed, .simulation, purpose) }

  mutating func bits() -> UInt64 {
    defer { drawn += 1 }
    return stream[drawn]
  }

  mutating func index(below bound: Int) -> Int {
    defer { drawn += 1 }
    return Int(stream.index(below: UInt32(bound), at: drawn))
  }

  mutating func number(in range: ClosedRange<Double>) -> Double {
    defer { drawn += 1 }
    return range.lowerBound + (range.upperBound - range.lowerBound) * stream.uniform(at: drawn)
  }

  /// As probable between 1 and 2 as between 2 and 4.
  mutating func magnitude(in range: ClosedRange<Double>) -> Double {
    range.lowerBound * pow(range.upperBound / range.lowerBound, number(in: 0...1))
  }

  mutating func chance(_ share: Double) -> Bool { number(in: 0...1) < share }

  mutating func element<Element>(of elements: [Element]) -> Element { elements[index(below: elements.count)] }
}
