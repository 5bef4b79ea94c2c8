import ArgumentParser
import CoordinatorCore
import Faults
import Foundation

/// What a local job is put to the test with.
struct TrialOptions: ParsableArguments {
  @Option(
    help: """
      Faults that happen on purpose: a file, or the text itself, such as "drop 10% on worker-server; kill any worker \
      every 5 s".
      """) var faults: String?
  @Option(help: "Seconds after which a silent server or worker is given up.") var lease = JobCoordinator.usualLease

  func validate() throws {
    guard lease >= 1, lease <= 3600 else { throw ValidationError("--lease: \(lease) s (1 to 3600, such as 15)") }
  }

  /// The plan of the faults, for a job of that size; nil where none was asked for.
  func plan(workers: Int, servers: Int) throws -> FaultPlan? {
    guard let text else { return nil }
    do throws(FaultPlanError) {
      let plan = try FaultPlan(text)
      try plan.check(workers: workers, servers: servers)
      return plan
    } catch {
      throw CommandFailure(.usage, "--faults: \(error.place): \(error.problem)", hint: error.hint)
    }
  }

  /// What a file of that name says, or else the text itself.
  var text: String? {
    guard let faults else { return nil }
    guard let bytes = FileManager.default.contents(atPath: faults) else { return faults }
    return String(decoding: bytes, as: UTF8.self)
  }
}
