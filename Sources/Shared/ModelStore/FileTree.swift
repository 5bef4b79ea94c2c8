import FoundationEssentials
import Glibc
import SectionFile

/// The few things that the store does to folders and files, with errors that name them.
enum FileTree {
  /// Maps a file for reading.
  /// - Parameter hint: what to do if it cannot be read
  static func map(_ path: String, hint: String? = nil) throws(ModelStoreError) -> FileMap {
    do throws(SectionFileError) { return try FileMap(path: path) } catch {
      throw ModelStoreError(reading: error, hint: hint)
    }
  }

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

  /// Removes a folder with all that is in it; it may be gone already.
  static func remove(folder: String) throws(ModelStoreError) {
    guard exists(folder) else { return }
    do { try FileManager.default.removeItem(atPath: folder) } catch {
      throw ModelStoreError(.unwritable, path: folder, "cannot be removed: \(error)")
    }
  }

  /// Gives a folder its name. What stood there is set aside under `previous` until then, where `standing` finds it if
  /// we do not come to the end.
  static func replace(_ old: String, with new: String, previous: String) throws(ModelStoreError) {
    if exists(old) {
      try remove(folder: previous)
      try rename(old, to: previous)
    }
    try rename(new, to: old)
    try remove(folder: previous)
  }

  /// The folder that `replace` put there, or what it had set aside.
  static func standing(_ folder: String, previous: String) -> String {
    exists(folder) || !exists(previous) ? folder : previous
  }

  private static func exists(_ path: String) -> Bool {
    // Safety: the path is passed as a terminated string for the call.
    unsafe access(path, F_OK) == 0
  }

  static func rename(_ old: String, to new: String) throws(ModelStoreError) {
    // Safety: both paths are passed as terminated strings for the call.
    guard unsafe Glibc.rename(old, new) == 0 else {
      throw ModelStoreError(.unwritable, path: new, call: "rename", code: errno)
    }
  }

  /// Makes the names in a folder durable. Some file systems have no fsync for folders and say EINVAL.
  static func synchronize(folder: String) throws(ModelStoreError) {
    // Safety: the path is passed as a terminated string for the call.
    let descriptor = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw ModelStoreError(.unwritable, path: folder, call: "open", code: errno) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 || errno == EINVAL else {
      throw ModelStoreError(.unwritable, path: folder, call: "fsync", code: errno)
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
