extension Rules {
  /// Who may import whom, where the compiler cannot tell: modules of the system need no line in Package.swift.
  static let imports: [Rule] = [
    .code(
      "Foundation, Dispatch or a logger in a module that only decides or computes",
      use: "the standard library; what needs a file, a clock or a thread belongs in a Program",
      in: { file in pure.contains { file.path.hasPrefix($0) } }, bad: "import Foundation", good: "import Plan",
      at: "Sources/Worker/Core/Example.swift"
    ) { line in
      imported(line).map { ["Foundation", "FoundationEssentials", "Dispatch", "Logging"].contains($0) } ?? false
    },
    .code(
      "a socket, a file or a clock in a Core", use: "an input of the Core, or a directive to its Program",
      in: \.isCore, bad: "let now = ContinuousClock.now", good: "mutating func deadlinePassed(at now: Instant)",
      at: "Sources/Worker/Core/Example.swift"
    ) { line in
      imported(line).map { ["ZeroMQ", "CZeroMQ", "Glibc", "Synchronization"].contains($0) } ?? false
        || ["ContinuousClock", "SuspendingClock", "Task.", "Thread"].contains { line.contains($0) }
    },
  ]

  private static let pure =
    ["Kernels", "NeuralCF", "Plan", "Faults", "Wire", "ZeroMQ", "Tables", "Reduction", "Ranking", "Interactions"].map {
      "Sources/Shared/\($0)/"
    } + ["Coordinator", "ParamServer", "Worker"].map { "Sources/\($0)/Core/" }

  /// The module that the line imports.
  private static func imported(_ line: String) -> String? {
    let words = line.split(separator: " ")
    guard let place = words.firstIndex(of: "import"), place + 1 < words.count, place <= 2 else { return nil }
    return String(words[place + 1].prefix { $0 != "." })
  }
}

extension SourceFile {
  fileprivate var isCore: Bool {
    ["Coordinator", "ParamServer", "Worker"].contains { path.hasPrefix("Sources/\($0)/Core/") }
  }
}
