import Faults
import Foundation
import Glibc
import Links
import ModelStore
import Plan
import ZeroMQ

/// The processes of a job on this machine. They talk over sockets in a fresh folder of their own, and none outlives
/// this process.
struct LocalCluster {
  private let plan: TrainingPlan
  private let data: String
  private let folder: RunFolder
  private let resumes: Bool
  private let watches: Watches
  /// The run that is resumed to go on with this one, which may be a stage of it.
  private let whole: RunFolder
  private let lease: Double
  private let faults: FaultPlan?
  private let faultText: String?

  // Limit: members leave within a second of the coordinator; what has not left after these many seconds is told to,
  // then killed.
  private static let leaveLimit = 10.0
  private static let terminateLimit = 3.0
  private static let tick = Duration.milliseconds(50)

  init(
    plan: TrainingPlan, data: String, folder: RunFolder, resumes: Bool, watches: Watches, trial: TrialOptions,
    whole: RunFolder? = nil
  ) throws {
    lease = trial.lease
    faults = try trial.plan(workers: plan.cluster.workers, servers: plan.cluster.serverProcesses)
    faultText = trial.text
    self.whole = whole ?? folder
    self.plan = plan
    self.data = data
    self.folder = folder
    self.resumes = resumes
    self.watches = watches
  }

  /// Runs the job to its end.
  func run() throws -> ExitStatus {
    let sockets = try makeSocketFolder()
    defer { removeSocketFolder(sockets) }
    let listens = "ipc://\(sockets)/coordinator"
    let servers = (0..<plan.cluster.serverProcesses).map { "ipc://\(sockets)/server-\($0)" }
    let injection = try faults.map {
      try FaultInjection($0, coordinator: listens, servers: servers, workers: plan.cluster.workers)
    }
    defer { injection?.end() }
    let control = injection?.coordinator ?? listens
    var posts = [try Post(name: "coordinator", arguments: coordinatorArguments(listens, sockets), log: nil)]
    defer { endAll(posts) }
    defer { injection?.resumeAll() }
    for (index, server) in servers.enumerated() {
      let advertised = injection?.server(index).map { ["--advertise", $0] } ?? []
      posts.append(
        try Post(
          name: "server \(index)",
          arguments: [
            "server", "--coordinator", control, "--listen", server, "--watch-parent", "--run", folder.path,
            "--log-index", String(index),
          ] + advertised, log: "\(folder.logFolder)/server-\(index).log"))
    }
    for index in 0..<plan.cluster.workers {
      posts.append(
        try Post(
          name: "worker \(index)",
          arguments: [
            "worker", "--coordinator", control, "--data", data, "--watch-parent", "--run", folder.path, "--log-index",
            String(index),
          ], log: "\(folder.logFolder)/worker-\(index).log"))
    }
    return try supervise(&posts, injection)
  }

  private func coordinatorArguments(_ control: String, _ sockets: String) -> [String] {
    var arguments = [
      "coordinator", "--listen", control, "--data", data, "--output", folder.path, "--plan", folder.planPath,
      "--watch-parent", "--lease", String(lease),
    ]
    if resumes { arguments.append("--resume") }
    if whole.path != folder.path { arguments += ["--stage-of", whole.path] }
    if let faults, let faultText, !faults.diskFaults.isEmpty {
      arguments += ["--disk-faults", faultText, "--disk-account", "\(sockets)/disk"]
    }
    return arguments
  }

  /// Waits for the coordinator; hands signals on to it, tells it of processes that ended too soon, and starts those
  /// again.
  private func supervise(_ posts: inout [Post], _ injection: FaultInjection?) throws -> ExitStatus {
    var poll = PollSet()
    let slots = watches.add(to: &poll)
    var isOrphan = false
    var isStopping = false
    while true {
      _ = try poll.wait(timeout: Self.tick)
      var signal = watches.signal(poll, slots)
      if isOrphan {
        // The end of standard input stays readable.
        pauseBriefly()
      } else if watches.isParentGone(poll, slots) {
        isOrphan = true
        signal = SIGTERM
      }
      if let signal {
        isStopping = true
        // A coordinator that is not there cannot answer; what is on disk is what there is.
        guard posts[0].process.isRunning else { return .interrupted }
        posts[0].process.signal(signal)
      }
      for post in posts { post.process.check() }
      try injection?.tend(&posts)
      if case .exited(let code) = posts[0].process.ending { return ExitStatus(rawValue: code) ?? .bug }
      // One that was just starting cannot have been ready for the signal.
      if isStopping, posts[0].process.ending != nil { return .interrupted }
      try tendCoordinator(&posts)
      for index in posts.indices.dropFirst() { try tend(&posts[index], coordinator: posts[0].process) }
    }
  }

  /// Sees to a coordinator that was killed. Its successor needs those, too, who had gone when the work was done.
  private func tendCoordinator(_ posts: inout [Post]) throws {
    guard let ending = posts[0].process.ending else { return }
    guard plan.recovery else {
      throw CommandFailure(.unavailable, "coordinator \(ending); with --recovery off that ends the job")
    }
    guard try isDue(&posts[0]) else { return }
    var more = ["--succeeds-one-lost-at", String(posts[0].lostAt)]
    if !resumes, try Checkpoints.latest(in: folder.path).newest != nil { more.append("--resume") }
    try posts[0].restart(adding: more)
    for index in posts.indices.dropFirst() {
      let ending = posts[index].process.ending
      if ending == .exited(0) || ending == Self.sentAway { try posts[index].restart() }
    }
  }

  /// Sees to a member that has ended too soon.
  private func tend(_ post: inout Post, coordinator: LocalProcess) throws {
    guard let ending = post.process.ending, ending != .exited(0), ending != Self.sentAway else { return }
    if case .exited(let code) = ending, let status = ExitStatus(rawValue: code), Self.hopeless.contains(status) {
      throw CommandFailure(
        status, "\(post.name) \(ending); its last words are in \(folder.logFolder)", hint: resumeHint)
    }
    let isNew = post.restartsAt == nil
    guard plan.recovery else {
      // The coordinator ends the job and says where it was, unless the lost one had not presented itself to it.
      if isNew {
        _ = try post.lost(at: MonotonicClock.seconds, hint: resumeHint)
        coordinator.signal(SIGUSR1)
      } else if MonotonicClock.seconds - post.lostAt > Self.terminateLimit {
        throw CommandFailure(.unavailable, "\(post.name) \(ending); with --recovery off that ends the job")
      }
      return
    }
    if try isDue(&post) { return try post.restart() }
    if isNew { coordinator.signal(SIGUSR1) }
  }

  /// Whether the successor of a process that has ended is due; reports the loss when it is new.
  private func isDue(_ post: inout Post) throws -> Bool {
    let now = MonotonicClock.seconds
    if let due = post.restartsAt { return now >= due }
    let wait = try post.lost(at: now, hint: resumeHint)
    if let ending = post.process.ending {
      report("\(post.name) (process \(post.process.pid)) \(ending); starting it again\(wait)")
    }
    return false
  }

  // What would end a successor, too.
  private static let hopeless: [ExitStatus] = [.usage, .badData, .missingInput, .cannotWrite]

  private var resumeHint: String {
    "go on from the last checkpoint with: neumf train --data \(data) --resume \(whole.path)"
  }

  // What a member exits with when the coordinator has sent it away: the job is over, and nobody need come back.
  private static let sentAway = LocalProcess.Ending.exited(ExitStatus.tryAgain.rawValue)

  private func report(_ text: String) {
    FileHandle.standardError.write(Data("neumf: \(text); its last words are in \(folder.logFolder)\n".utf8))
  }

  /// Gives members time to leave, unless there is no coordinator that has told them to; then tells them, then kills
  /// them.
  private func endAll(_ posts: [Post]) {
    let processes = posts.map(\.process)
    var leaving = 0.0
    if case .exited = processes.first?.ending { leaving = Self.leaveLimit }
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
