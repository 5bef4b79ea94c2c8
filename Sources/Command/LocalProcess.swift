import Glibc
import Links

/// A process of the job that this one started. It ends when this one does: it watches its standard input, whose other
/// end is here.
final class LocalProcess {
  let name: String
  let pid: pid_t
  private let lifeline: Int32
  /// How it ended: the exit code, or the signal that killed it.
  private(set) var ending: Ending?

  enum Ending: Equatable, CustomStringConvertible {
    case exited(Int32)
    case killed(signal: Int32)

    var description: String {
      switch self {
      case .exited(let code): "ended with exit code \(code)"
      case .killed(let signal): "was killed by signal \(signal)"
      }
    }
  }

  /// Starts this executable again with other arguments.
  /// - Parameter log: the file that takes its output; `nil` shares this process's.
  init(name: String, arguments: [String], log: String?) throws {
    self.name = name
    var ends: [Int32] = [0, 0]
    // Safety: the array has room for both ends.
    guard unsafe pipe(&ends) == 0 else { throw LinkError(name, "pipe: \(systemProblem(errno))") }
    lifeline = ends[1]
    // Safety: plain call on a descriptor of our own; no sibling may keep the other end open.
    _ = fcntl(ends[1], F_SETFD, FD_CLOEXEC)
    defer { close(ends[0]) }
    pid = try Self.spawn(name, arguments, input: ends[0], log: log)
  }

  deinit { close(lifeline) }

  private static func spawn(_ name: String, _ arguments: [String], input: Int32, log: String?) throws -> pid_t {
    var actions = unsafe posix_spawn_file_actions_t()
    var attributes = posix_spawnattr_t()
    var noSignals = sigset_t()
    // Safety: initialized here, destroyed below; the strings outlive the call.
    unsafe posix_spawn_file_actions_init(&actions)
    unsafe posix_spawnattr_init(&attributes)
    defer {
      unsafe posix_spawn_file_actions_destroy(&actions)
      unsafe posix_spawnattr_destroy(&attributes)
    }
    unsafe sigemptyset(&noSignals)
    unsafe posix_spawnattr_setsigmask(&attributes, &noSignals)
    unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    unsafe posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
    if let log {
      unsafe posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log, O_WRONLY | O_CREAT | O_APPEND, 0o644)
      unsafe posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO)
    }
    var pid: pid_t = 0
    var words: [UnsafeMutablePointer<CChar>?] = unsafe ([name] + arguments).map { unsafe strdup($0) }
    unsafe words.append(nil)
    defer { unsafe words.forEach { unsafe free($0) } }
    let code = unsafe posix_spawn(&pid, "/proc/self/exe", &actions, &attributes, words, environ)
    guard code == 0 else { throw LinkError(name, "cannot be started: \(systemProblem(code))") }
    return pid
  }

  var isRunning: Bool { ending == nil }

  func signal(_ number: Int32) {
    if isRunning { kill(pid, number) }
  }

  /// Looks whether it has ended, without waiting.
  func check() {
    guard isRunning else { return }
    var status: Int32 = 0
    // Safety: writes one integer.
    guard unsafe waitpid(pid, &status, WNOHANG) == pid else { return }
    let signal = status & 0x7f
    ending = signal == 0 ? .exited((status >> 8) & 0xff) : .killed(signal: signal)
  }
}
