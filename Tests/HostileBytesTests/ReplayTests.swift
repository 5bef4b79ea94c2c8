import Foundation
import Glibc
import HostileBytes
import Testing

/// What fuzzing has found, and what it began from, given to the decoders once more. Each target has a process of its
/// own, so that one that stops names itself, and that may not take more memory than its limit.
@Suite struct ReplayTests {
  @Test(arguments: FuzzTarget.allCases)
  func everyInputIsAValueOrANamedError(_ target: FuzzTarget) async throws {
    let inputs = try Corpus.inputs(of: target)
    #expect(!inputs.isEmpty)
    await #expect(processExitsWith: .success, "\(target)") {
      [target = target as FuzzTarget, inputs = inputs as [Corpus.Input]] in
      Corpus.limitMemory(to: target.allocationLimit)
      let feeder = Feeder(target)
      for input in inputs {
        print(input.name)
        // Safety: bytes have no padding.
        if case .refused(let reason) = feeder.feed(unsafe input.bytes.span.bytes) {
          precondition(!reason.isEmpty, "\(input.name) is refused without a reason")
        }
      }
    }
  }

  @Test(arguments: FuzzTarget.allCases)
  func theSeedsAreValues(_ target: FuzzTarget) throws {
    let feeder = Feeder(target)
    for (index, seed) in try Seeds.inputs(for: target).enumerated() {
      // Safety: bytes have no padding.
      let verdict = feeder.feed(unsafe seed.span.bytes)
      #expect(verdict == .value, "seed \(index)")
    }
  }

  @Test(arguments: FuzzTarget.allCases)
  func aSeedCutOffAnywhereIsAValueOrANamedError(_ target: FuzzTarget) throws {
    let feeder = Feeder(target)
    for seed in try Seeds.inputs(for: target).prefix(1) {
      for length in stride(from: 0, to: seed.count, by: max(1, seed.count / 200)) {
        // Safety: bytes have no padding.
        _ = feeder.feed(unsafe seed.span.bytes.extracting(first: length))
      }
    }
  }
}

/// The inputs that are kept, by target.
enum Corpus {
  struct Input: Codable, Sendable {
    let name: String
    let bytes: [UInt8]
  }

  static func inputs(of target: FuzzTarget) throws -> [Input] {
    let folder = try #require(Bundle.module.resourceURL).appending(path: "Corpus/\(target.rawValue)")
    return try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted().map { name in
      Input(name: name, bytes: Array(try Data(contentsOf: folder.appending(path: name))))
    }
  }

  /// Whatever this process asks for beyond what it has and `byteCount` more, it is denied.
  static func limitMemory(to byteCount: Int) {
    let own = mappedByteCount
    var limit = rlimit(rlim_cur: rlim_t(own + byteCount), rlim_max: rlim_t(own + byteCount))
    // Safety: the kernel reads the struct during the call.
    precondition(unsafe setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0, "no limit: errno \(errno)")
  }

  /// What the process has mapped (man 5 proc, statm).
  private static var mappedByteCount: Int {
    do {
      let pages = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).prefix { $0 != " " }
      guard let count = Int(pages) else { preconditionFailure("\(pages) pages") }
      return count * sysconf(Int32(_SC_PAGESIZE))
    } catch { preconditionFailure("no statm: \(error)") }
  }
}
