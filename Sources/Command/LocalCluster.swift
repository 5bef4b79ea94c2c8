import Foundation
import Glibc
import Links
import Plan
import ZeroMQ

/// The processes of a job on this machine. They talk over sockets in a fresh folder of their own, and none outlives
/// this process.
struct LocalCluster {
  private let plan: TrainingPlan
  private let data: String
  private let folder: RunFolder
  private let resumes: Bool
  private let signals: SignalWatch
  /// The run that is resumed to go on with this one, which may be a stage of it.
  private let whole: RunFolder

  // Limit: members leave within a second of the coordinator; what has not left after these many seconds is told to,
  // then killed.
  private static let leaveLimit = 10.0
  private static let terminateLimit = 3.0
  private static let tick = Duration.milliseconds(50)

  init(
    plan: TrainingPlan, data: String, folder: RunFolder, resumes: Bool, signals: SignalWatch, whole: RunFolder? = nil
  ) {
    self.whole = whole ?? folder
    self.plan = plan
    self.data = data
    self.folder = folder
    self.resumes = resumes
    self.signals = signals
  }

  /// Runs the job to its end.
  func run() throws -> ExitStatus {
    let sockets = try makeSocketFolder()
    defer { removeSocketFolder(sockets) }
    var processes: [LocalProcess] = []
    defer { endAll(processes) }
    let control = "ipc://\(sockets)/coordinator"
    processes.append(try LocalProcess(name: "coordinator", arguments: coordinatorArguments(control), log: nil))
    for index in 0..<plan.cluster.servers {
      processes.append(
        try LocalProcess(
          name: "server \(index)",
          arguments: [
            "server", "--coordinator", control, "--listen", "ipc://\(sockets)/server-\(index)", "--watch-parent",
            "--run", folder.path, "--log-index", String(index),
          ], log: "\(folder.logFolder)/server-\(index).log"))
    }
    for index in 0..<plan.cluster.workers {
      processes.append(
        try LocalProcess(
          name: "worker \(index)",
          arguments: [
            "worker", "--coordinator", control, "--data", data, "--watch-parent", "--run", folder.path, "--log-index",
            String(index),
          ],
          log: "\(folder.logFolder)/worker-\(index).log"))
    }
    return try supervise(processes)
  }

  private func coordinatorArguments(_ control: String) -> [String] {
    var arguments = [
      "coordinator", "--listen", control, "--data", data, "--output", folder.path, "--plan", folder.planPath,
      "--watch-parent",
    ]
    if resumes { arguments.append("--resume") }
    if whole.path != folder.path { arguments += ["--stage-of", whole.path] }
    return arguments
  }

  /// Waits for the coordinator; hands signals on to it, and tells it of a process that ended too soon.
  private func supervise(_ processes: [LocalProcess]) throws -> ExitStatus {
    var poll = PollSet()
    let signalSlot = poll.add(fileDescriptor: signals.readEnd)
    let coordinator = processes[0]
    var told = false
    while true {
      _ = try poll.wait(timeout: Self.tick)
      if poll.isReadable(signalSlot), let signal = signals.next() { coordinator.signal(signal) }
      for process in processes { process.check() }
      if let ending = coordinator.ending { return try status(of: coordinator, ending) }
      if !told, let lost = processes.dropFirst().first(where: { $0.ending != nil && $0.ending != .exited(0) }) {
        told = true
        if let ending = lost.ending { report("\(lost.name) (process \(lost.pid)) \(ending)") }
        coordinator.signal(SIGUSR1)
      }
    }
  }

  private func status(of process: LocalProcess, _ ending: LocalProcess.Ending) throws -> ExitStatus {
    switch ending {
    case .exited(let code): return ExitStatus(rawValue: code) ?? .bug
    case .killed:
      throw CommandFailure(
        .tryAgain, "the \(process.name) (process \(process.pid)) \(ending)",
        hint: "go on from the last checkpoint with: neumf train --data \(data) --resume \(whole.path)")
    }
  }

  private func report(_ text: String) {
    FileHandle.standardError.write(Data("neumf: \(text); its last words are in \(folder.logFolder)\n".utf8))
  }

  /// Gives members time to leave, unless the coordinator cannot tell them to; then tells them, then kills them.
  private func endAll(_ processes: [LocalProcess]) {
    var isLeaderless = false
    if case .killed = processes.first?.ending { isLeaderless = true }
    let leaving = isLeaderless ? 0 : Self.leaveLimit
    for (limit, signal) in [(leaving, SIGTERM), (Self.terminateLimit, SIGKILL), (Self.terminateLimit, 0)] {
      let deadline = MonotonicClock.seconds + limit
      while MonotonicClock.seconds < deadline {
        for process in processes { process.check() }
        if processes.allSatisfy({ !$0.isRunning }) { return }
        pauseBriefly()
      }
      for process in processes where signal != 0 { process.signal(signal) }
    }
  }

  private func pauseBriefly() {
    var pause = timespec(tv_sec: 0, tv_nsec: 20_000_000)
    // Safety: reads one timespec.
    unsafe nanosleep(&pause, nil)
  }

  // A socket file's path may have 107 bytes, so the folder is in /tmp and its name is short; only this user may enter.
  private func makeSocketFolder() throws -> String {
    var template = Array("/tmp/neumf-XXXXXX".utf8CString)
    // Safety: mkdtemp writes within the template.
    guard unsafe mkdtemp(&template) != nil else {
      throw CommandFailure(.cannotWrite, "/tmp: \(systemProblem(errno))", hint: "sockets need a folder there")
    }
    return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  private func removeSocketFolder(_ path: String) {
    do {
      try FileManager.default.removeItem(atPath: path)
    } catch {
      report("could not remove \(path): \(error.localizedDescription)")
    }
  }
}
