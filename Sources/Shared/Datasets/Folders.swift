import Glibc
import SectionFile

/// What is asked of folders.
enum Folders {
  static func exists(_ path: String) -> Bool {
    // Safety: the path is passed as a terminated string for the call.
    unsafe access(path, F_OK) == 0
  }

  static func isFolder(_ path: String) -> Bool {
    var status = stat()
    // Safety: the path is a terminated string, and stat fills the struct that it is given.
    return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// The size of a file; 0 where it has none.
  static func byteCount(_ path: String) -> Int {
    var status = stat()
    // Safety: the path is a terminated string, and stat fills the struct that it is given.
    return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG ? Int(status.st_size) : 0
  }

  /// Makes a folder and those above it.
  /// - Returns: the folders that were not there before, outermost first
  static func make(_ path: String) throws(DatasetError) -> [String] {
    var made: [String] = []
    var prefix = path.hasPrefix("/") ? "/" : ""
    for part in path.split(separator: "/") {
      prefix += (prefix.isEmpty || prefix.hasSuffix("/") ? "" : "/") + part
      // Safety: the path is passed as a terminated string for the call.
      if unsafe mkdir(prefix, 0o755) == 0 {
        made.append(prefix)
      } else if errno != EEXIST {
        throw DatasetError(
          .unwritable, path: prefix, "cannot make the folder: \(SectionFileError.text(ofErrno: errno))")
      }
    }
    guard isFolder(path) else { throw DatasetError(.unwritable, path: path, "not a folder") }
    return made
  }

  /// Removes folders that `make` made, as far as they are empty.
  static func remove(_ made: [String]) {
    for path in made.reversed() {
      // Safety: the path is passed as a terminated string for the call.
      unsafe rmdir(path)
    }
  }

  /// Removes a file, where it is there.
  static func removeFile(_ path: String) {
    // Safety: the path is passed as a terminated string for the call.
    unsafe unlink(path)
  }

  /// The names in a folder, ascending.
  static func names(in path: String) throws(DatasetError) -> [String] {
    // Safety: the path is passed as a terminated string for the call.
    guard let folder = unsafe opendir(path) else {
      throw DatasetError(.unreadable, path: path, SectionFileError.text(ofErrno: errno))
    }
    defer { unsafe closedir(folder) }
    var names: [String] = []
    // Safety: an entry is valid until the next call, and its name ends in a zero.
    while let entry = unsafe readdir(folder) {
      unsafe names.append(
        withUnsafeBytes(of: &entry.pointee.d_name) { name in
          unsafe String(decoding: name.prefix { $0 != 0 }, as: UTF8.self)
        })
    }
    return names.filter { $0 != "." && $0 != ".." }.sorted()
  }
}
