import Glibc

/// The few things that the store does to folders and files, with errors that name them.
enum FileTree {
  /// The names in a folder, sorted; none where there is no folder.
  static func names(in folder: String) throws(ModelStoreError) -> [String] {
    // Safety: the path is passed as a terminated string for the call.
    guard let stream = unsafe opendir(folder) else {
      if errno == ENOENT { return [] }
      throw ModelStoreError(.unreadable, path: folder, call: "opendir", code: errno)
    }
    // Safety: opened above, closed once.
    defer { unsafe closedir(stream) }
    var names: [String] = []
    errno = 0
    // Safety: the entry is read before the next call for one.
    while let entry = unsafe readdir(stream) {
      let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != "." && name != ".." { names.append(name) }
      errno = 0
    }
    guard errno == 0 else { throw ModelStoreError(.unreadable, path: folder, call: "readdir", code: errno) }
    return names.sorted()
  }

  /// Makes a folder whose parent exists; it may be there already.
  static func make(folder: String) throws(ModelStoreError) {
    // Safety: the path is passed as a terminated string for the call.
    guard unsafe mkdir(folder, 0o755) == 0 || errno == EEXIST else {
      throw ModelStoreError(.unwritable, path: folder, call: "mkdir", code: errno)
    }
  }

  /// Removes a file; it may be gone already.
  static func remove(file: String) throws(ModelStoreError) {
    // Safety: the path is passed as a terminated string for the call.
    guard unsafe unlink(file) == 0 || errno == ENOENT else {
      throw ModelStoreError(.unwritable, path: file, call: "unlink", code: errno)
    }
  }

  /// Removes a folder of files; it may be gone already.
  static func remove(folderOfFiles folder: String) throws(ModelStoreError) {
    for name in try names(in: folder) { try remove(file: "\(folder)/\(name)") }
    // Safety: the path is passed as a terminated string for the call.
    guard unsafe rmdir(folder) == 0 || errno == ENOENT else {
      throw ModelStoreError(.unwritable, path: folder, call: "rmdir", code: errno)
    }
  }

  /// Whether a name ends in `.partial-PID` and no process of that number lives.
  static func isAbandoned(partial name: String) -> Bool {
    let mark = "partial-"
    guard let end = name.split(separator: ".").last, end.hasPrefix(mark),
      let process = pid_t(end.dropFirst(mark.count)),
      process > 0
    else { return false }
    return kill(process, 0) != 0 && errno == ESRCH
  }
}
