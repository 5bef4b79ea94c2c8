import CoordinatorCore
import Faults
import Foundation
import Plan
package import Simulation

/// A job and what goes wrong in it, drawn from a seed; or the same job with another plan of faults.
package struct FaultSchedule: Sendable {
  package let seed: UInt64
  package let job: SimulatedJob
  /// The statements of the fault plan.
  package let statements: [String]
  package let bug: SeededBug?

  package init(seed: UInt64, bug: SeededBug? = nil) throws {
    let job = try SimulatedJob(seed: seed)
    self.init(seed: seed, job: job, statements: FaultGenerator.statements(seed: seed, for: job), bug: bug)
  }

  /// - Parameter plan: statements, one per line or divided by semicolons, or `none`
  package init(seed: UInt64, plan: String, bug: SeededBug? = nil) throws {
    let statements =
      plan == Self.noFaults
      ? [] : plan.split { $0 == ";" || $0.isNewline }.map { $0.trimmingCharacters(in: .whitespaces) }
    self.init(seed: seed, job: try SimulatedJob(seed: seed), statements: statements, bug: bug)
  }

  init(seed: UInt64, job: SimulatedJob, statements: [String], bug: SeededBug?) {
    self.seed = seed
    self.job = job
    self.statements = statements
    self.bug = bug
  }

  package var plan: String { statements.isEmpty ? Self.noFaults : statements.joined(separator: "; ") }

  private static let noFaults = "none"

  /// Runs it.
  /// - Returns: the promise that was broken; nil where all were kept.
  package func brokenPromise(_ references: References) throws -> SimulationFailure? {
    do { try run(references) } catch let failure as SimulationFailure { return failure }
    return nil
  }

  package func breaksPromise(_ references: References) throws -> Bool { try brokenPromise(references) != nil }

  /// How often the job lost someone and went on, and how often a backup took its server's place for that.
  package func losses(_ references: References) throws -> (recoveries: Int, takeovers: Int) {
    let cluster = try run(references)
    return (cluster.history.recoveries.count, cluster.ledger.takeovers)
  }

  @discardableResult private func run(_ references: References) throws -> FaultyCluster {
    var faults = try FaultPlan(statements.joined(separator: "\n"))
    faults.seed = seed
    let cluster = try FaultyCluster(
      job: job, faults: faults, seed: seed, reference: try references.reference(of: job), bug: bug)
    try cluster.run()
    return cluster
  }

  /// What it is about.
  package var summary: String {
    let cluster = job.plan.cluster
    return """
      \(job.plan.consistency), \(cluster.workers) workers, \(cluster.servers) servers\
      \(cluster.backups > 0 ? " with backups" : ""), \
      \(job.isSupervised ? "one machine" : "many machines"), kind \(job.kind): \
      \(plan)
      """
  }

  /// What a failure is reported with.
  package func report(_ failure: SimulationFailure, shrunkTo shrunk: FaultSchedule) -> String {
    """
    seed \(seed): \(failure)
      \(summary)
      shrunk to: \(shrunk.plan)
      again: make simulate SEED=\(seed) PLAN='\(shrunk.plan)'\(bug.map { " BUG=\($0.rawValue)" } ?? "")
    """
  }

  // MARK: shrinking

  /// The same failure from fewer and shorter faults.
  package func shrunk(_ references: References) throws -> FaultSchedule {
    var least = self
    var goesOn = true
    while goesOn {
      goesOn = false
      for candidate in least.smaller where try candidate.brokenPromise(references) != nil {
        least = candidate
        goesOn = true
        break
      }
    }
    return least
  }

  /// Without one of the statements; or with one that lasts half as long.
  private var smaller: [FaultSchedule] {
    let without = statements.indices.map { index in
      var fewer = statements
      fewer.remove(at: index)
      return fewer
    }
    let shorter = statements.indices.compactMap { index in
      FaultGenerator.halved(statements[index]).map { half in
        var changed = statements
        changed[index] = half
        return changed
      }
    }
    return (without + shorter).map { FaultSchedule(seed: seed, job: job, statements: $0, bug: bug) }
  }
}

/// The undisturbed trainings, each run when it is first asked for. One thread uses it.
package final class References {
  private var known: [Int: Reference] = [:]

  package init() {}

  func reference(of job: SimulatedJob) throws -> Reference {
    if let reference = known[job.kind] { return reference }
    let reference = try Reference(of: job)
    known[job.kind] = reference
    return reference
  }
}
