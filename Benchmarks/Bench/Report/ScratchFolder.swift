import Foundation

/// A folder that is gone when this value is, unless it is worth looking at.
struct ScratchFolder: ~Copyable {
  let path: String
  var isKept = false

  init() throws {
    let url = FileManager.default.temporaryDirectory.appending(path: "neumf-bench-\(UUID().uuidString.prefix(8))")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.path
  }

  deinit {
    guard !isKept else { return }
    do {
      try FileManager.default.removeItem(atPath: path)
    } catch {
      FileHandle.standardError.write(Data("\(path) stays: \(error)\n".utf8))
    }
  }
}
