import Faults
import Foundation
import Plan

/// Draws the statements of fault plans.
enum FaultGenerator {
  // Limit: more at once hide each other, and a job that loses someone ten times between two checkpoints ends.
  private static let most = 5

  static func statements(seed: UInt64, for job: SimulatedJob) -> [String] {
    var dice = Dice(seed: seed, 3)
    let statements = (0..<dice.index(below: most + 1)).map { _ in statement(&dice, job) }
    return statements + takeover(seed: seed, of: job)
  }

  /// What makes a backup work, where there are some; drawn apart, so that all else is as without.
  private static func takeover(seed: UInt64, of job: SimulatedJob) -> [String] {
    guard job.plan.cluster.backups > 0 else { return [] }
    var dice = Dice(seed: seed, 5)
    let server = dice.index(below: job.plan.cluster.serverProcesses)
    return ["kill server \(server) at \(seconds(dice.number(in: 0...job.expectedSeconds)))"]
  }

  private static func statement(_ dice: inout Dice, _ job: SimulatedJob) -> String {
    let nodes = job.nodes
    let node = dice.element(of: nodes)
    // What comes too late for a job does no harm; recoveries prolong it.
    let moment = "at \(seconds(dice.number(in: 0...(1.2 * job.expectedSeconds))))"
    let link = "\(node) - \(dice.element(of: nodes.filter { $0 != node }))"
    switch dice.index(below: 16) {
    case 0...2: return "kill \(node) \(moment)"
    case 3, 4: return "kill \(node) for \(seconds(dice.magnitude(in: 0.1...8))) \(moment)"
    case 5: return "kill \(node) at step \(1 + dice.index(below: 12))"
    case 6, 7: return "pause \(node) for \(seconds(dice.magnitude(in: 0.05...40))) \(moment)"
    case 8: return "partition \(link) for \(seconds(dice.magnitude(in: 0.1...25))) \(moment)"
    case 9:
      let delay = dice.magnitude(in: 0.005...2)
      let jitter = seconds(dice.number(in: 0...delay))
      return "delay \(seconds(delay)) ± \(jitter) on \(link) for \(seconds(dice.magnitude(in: 0.5...20))) \(moment)"
    case 10: return "drop \(1 + dice.index(below: 30))% for \(seconds(dice.magnitude(in: 0.5...20))) \(moment)"
    case 11: return "duplicate \(1 + dice.index(below: 30))% for \(seconds(dice.magnitude(in: 0.5...20))) \(moment)"
    case 12: return "reorder \(1 + dice.index(below: 30))% for \(seconds(dice.magnitude(in: 0.5...20))) \(moment)"
    case 13: return "torn write \(moment)"
    case 14:
      return dice.chance(0.5)
        ? "full disk for \(seconds(dice.magnitude(in: 0.1...90))) \(moment)"
        : "slow disk \(seconds(dice.magnitude(in: 0.05...5))) for 10 s \(moment)"
    default: return "restart \(node) \(moment)"
    }
  }

  private static func seconds(_ value: Double) -> String { String(format: "%.3f s", max(0.001, value)) }

  /// The same statement for half as long; nil where it has no duration, or hardly one.
  static func halved(_ statement: String) -> String? {
    let words = statement.split(separator: " ").map(String.init)
    guard let place = words.firstIndex(of: "for"), place + 1 < words.count, let value = Double(words[place + 1]),
      value > shortest
    else { return nil }
    var changed = words
    changed[place + 1] = String(format: "%.3f", value / 2)
    return changed.joined(separator: " ")
  }

  // Limit: seconds; shorter faults say no more.
  private static let shortest = 0.1
}

extension FaultPlan {
  /// About when the last of it is over, in seconds; what waits for a step is over when the job is.
  var quietAfter: Double {
    let links = linkFaults.map { ($0.trigger, $0.duration ?? 0) }
    let disks = diskFaults.map { ($0.trigger, $0.duration ?? 0) }
    let processes = processFaults.map { fault -> (FaultTrigger?, Double) in
      switch fault.action {
      case .kill(let seconds), .pause(let seconds): (fault.trigger, seconds)
      case .restart: (fault.trigger, 0)
      }
    }
    var latest = 0.0
    var lasting = 0.0
    for (trigger, duration) in links + disks + processes {
      lasting += duration
      switch trigger?.moment {
      case .atTime(let time): latest = max(latest, time)
      case .everySeconds(let period): latest = max(latest, period * Double(trigger?.times ?? 1))
      case .atStep, .everySteps, nil: break
      }
    }
    return latest + lasting
  }
}
