import Foundation

/// What figures were taken on.
enum Machine {
  /// One line: processor, cores, memory, vector instructions.
  static var description: String {
    let cores = ProcessInfo.processInfo.activeProcessorCount
    let memory = Int(ProcessInfo.processInfo.physicalMemory)
    return "\(processor), \(cores) \(cores == 1 ? "core" : "cores"), \(Figure.binary(memory)), built for \(vectors)"
  }

  /// The bytes of a core's data cache of the first, second or third level; a usual size where the system does not
  /// tell.
  static func cacheByteCount(level: Int) -> Int {
    for index in 0..<8 {
      let folder = "/sys/devices/system/cpu/cpu0/cache/index\(index)"
      guard let found = text("\(folder)/level"), Int(found) == level, text("\(folder)/type") != "Instruction",
        let size = text("\(folder)/size"), size.hasSuffix("K"), let kibibytes = Int(size.dropLast())
      else { continue }
      return kibibytes << 10
    }
    return [1: 32 << 10, 2: 512 << 10][level] ?? 8 << 20
  }

  private static var processor: String {
    let lines = (text("/proc/cpuinfo") ?? "").split(separator: "\n")
    let name = lines.first { $0.hasPrefix("model name") }?.split(separator: ":").last
    return name.map { $0.trimmingCharacters(in: .whitespaces) } ?? "a processor without a name"
  }

  private static var vectors: String {
    #if WIDE
      "AVX-512"
    #elseif FUSED
      "AVX2 and FMA"
    #else
      "any x86-64 or other processor"
    #endif
  }

  private static func text(_ path: String) -> String? {
    FileManager.default.contents(atPath: path).map {
      String(decoding: $0, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }
  }
}
