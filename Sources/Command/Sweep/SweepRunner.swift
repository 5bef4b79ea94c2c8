import Foundation
import Glibc
import Links
import Plan
import Telemetry
import ZeroMQ

/// Runs what a sweep has not trained yet, one `neumf train` after the other.
struct SweepRunner {
  /// Why there is no result of a job.
  struct Failure: Equatable {
    let job: String
    let reason: String
    let log: String
  }

  private let schedule: SweepSchedule
  private let folder: SweepFolder
  private let data: String
  private let signals: SignalWatch
  private(set) var reports: [String: RunReport] = [:]
  private(set) var failures: [Failure] = []
  private(set) var isInterrupted = false
  private var forecast: SweepForecast
  private var line = WorkProgress()

  private static let tick = Duration.milliseconds(50)
  /// Seconds between two looks at how far a training is.
  private static let lookPeriod = 1.0

  /// Looks at what is there already.
  /// - Throws: `CommandFailure` where the folder has runs with other plans
  init(_ schedule: SweepSchedule, in folder: SweepFolder, data: String, signals: SignalWatch) throws {
    self.schedule = schedule
    self.folder = folder
    self.data = data
    self.signals = signals
    for job in schedule.jobs {
      if case .done(let report) = try folder.progress(of: job) { reports[job.name] = report }
    }
    let known = reports
    forecast = SweepForecast(total: schedule.jobs.filter { known[$0.name] == nil }.map(\.cost).reduce(0, +))
  }

  /// Ends when all jobs are trained or have failed, or when a signal came.
  mutating func run() throws {
    for (index, job) in schedule.jobs.enumerated() {
      let name = "trial \(index + 1) of \(schedule.jobs.count), \(job.name)"
      if reports[job.name] != nil {
        OutputText.say("\(name): is trained")
        continue
      }
      if let lost = job.needs.first(where: { reports[$0] == nil }) {
        failures.append(Failure(job: job.name, reason: "needs \(lost), which failed", log: folder.log(lost)))
        OutputText.say("\(name): left out; it needs \(lost)")
        forecast.skip(job.cost)
        continue
      }
      try train(job, name)
      if isInterrupted { return }
    }
  }

  private mutating func train(_ job: SweepSchedule.Job, _ name: String) throws {
    let progress = try folder.progress(of: job)
    let share = try progress == .begun ? Self.epochsDone(folder.run(job.name)) : 0
    let left = forecast.left.map { ", about \(Figures.clock(.seconds($0))) left" } ?? ""
    OutputText.say("\(name): \(progress == .begun ? "goes on after epoch \(share)" : "begins")\(left)")
    let began = MonotonicClock.seconds
    let process = try LocalProcess(
      name: "neumf", arguments: folder.trainArguments(job, progress, data: data), log: folder.log(job.name))
    try watch(process, job, name)
    line.clear()
    let seconds = MonotonicClock.seconds - began
    let part = Double(job.plan.epochs - share) / Double(job.plan.epochs)
    forecast.finish(job.cost, trained: job.cost * part, in: seconds)
    if process.ending == .exited(0), case .done(let report) = try folder.progress(of: job) {
      reports[job.name] = report
      let measures = Measure.all(of: job.plan)
      let epoch = report.epochs.chosen(.best, by: measures[0], topK: job.plan.topK)
      let found = epoch.map { epoch in
        ": best epoch \(epoch.epoch), "
          + measures.map { "\($0.name) \($0.text($0.value(epoch)))" }.joined(separator: ", ")
      }
      OutputText.say("  \(Figures.clock(.seconds(seconds)))\(found ?? "")")
    } else if !isInterrupted {
      let reason = process.ending.map { "neumf train \($0)" } ?? "neumf train is lost"
      failures.append(Failure(job: job.name, reason: reason, log: folder.log(job.name)))
      OutputText.say("  failed: \(reason); its last words are in \(folder.log(job.name))")
    }
  }

  /// Waits for a training, hands signals on to it, and shows how far it is.
  private mutating func watch(_ process: LocalProcess, _ job: SweepSchedule.Job, _ name: String) throws {
    var poll = PollSet()
    let slot = poll.add(fileDescriptor: signals.readEnd)
    var looked = MonotonicClock.seconds
    let isTerminal = isatty(STDERR_FILENO) == 1
    while process.isRunning {
      _ = try poll.wait(timeout: Self.tick)
      if poll.isReadable(slot), let signal = signals.next() {
        isInterrupted = true
        process.signal(signal)
      }
      process.check()
      guard isTerminal, MonotonicClock.seconds - looked > Self.lookPeriod else { continue }
      looked = MonotonicClock.seconds
      let done = try Self.epochsDone(folder.run(job.name))
      line.note("\(name): epoch \(min(done + 1, job.plan.epochs)) of \(job.plan.epochs)")
    }
  }

  /// Epochs that a run has finished.
  private static func epochsDone(_ run: RunFolder) throws -> Int {
    let path = "\(run.path)/report.json"
    guard FileManager.default.fileExists(atPath: path) else { return 0 }
    return try RunReport(contentsOf: path).epochs.count
  }
}

/// How long the rest of a sweep takes, if it goes on as it went so far.
struct SweepForecast: Equatable {
  /// Costs, in the unit of `SweepSchedule.Job.cost`.
  private var remaining: Double
  private var trained = 0.0
  private var seconds = 0.0

  init(total: Double) { remaining = total }

  /// Seconds; nil before anything is trained.
  var left: Double? { trained > 0 ? seconds / trained * remaining : nil }

  mutating func skip(_ cost: Double) { remaining = max(0, remaining - cost) }

  /// - Parameter trained: what of the cost was spent now, and not by an earlier command
  mutating func finish(_ cost: Double, trained part: Double, in seconds: Double) {
    skip(cost)
    trained += part
    self.seconds += seconds
  }
}
