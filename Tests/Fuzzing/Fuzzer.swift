import Glibc
import HostileBytes

/// libFuzzer's main loop, which calls back with one input after the other.
enum Fuzzer {
  private static let feeder = FeederPlace()

  /// libFuzzer.html, "Using libFuzzer as a library".
  @_silgen_name("LLVMFuzzerRunDriver")
  private static func runDriver(
    _ count: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ callback: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
  ) -> CInt

  static func run(_ target: FuzzTarget, arguments: [String]) -> CInt {
    feeder.fill(Feeder(target))
    limitMemory(to: target.allocationLimit)
    // Safety: the arguments live as long as the process, which ends with the loop.
    let strings = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: arguments.count + 1)
    for (index, argument) in arguments.enumerated() { unsafe strings[index] = unsafe strdup(argument) }
    unsafe strings[arguments.count] = nil
    var count = CInt(arguments.count)
    var start = unsafe strings
    return unsafe runDriver(&count, &start) { bytes, count in
      // Safety: libFuzzer's memory lives until the call is over.
      let input = unsafe UnsafeRawBufferPointer(start: bytes, count: count)
      Fuzzer.feeder.feeder.feed(unsafe RawSpan(_unsafeBytes: input))
      return 0
    }
  }

  /// A decoder that asks for more than its limit ends with the process. What libFuzzer itself needs comes on top.
  private static func limitMemory(to byteCount: Int) {
    // Limit: counters, corpus and tables of a long run took below a quarter of this.
    let own = 1 << 30
    var limit = rlimit(rlim_cur: rlim_t(own + byteCount), rlim_max: rlim_t(own + byteCount))
    // Safety: the kernel reads the struct during the call.
    precondition(unsafe setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0, "no limit: errno \(errno)")
  }
}

/// Where the callback, which is told nothing but bytes, finds what to feed.
private final class FeederPlace: @unchecked Sendable {
  private var held: Feeder?

  func fill(_ feeder: Feeder) { held = feeder }

  var feeder: Feeder {
    guard let held else { preconditionFailure("an input before a decoder") }
    return held
  }
}
