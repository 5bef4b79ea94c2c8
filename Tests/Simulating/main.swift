import FaultSimulation
import Foundation
import Glibc

// Thousands of simulated clusters under faults: `neumf-simulate --schedules 10000`, or one of them again:
// `neumf-simulate --seed 7 --plan 'kill worker 0 at 3 s'`.

let arguments = Options(CommandLine.arguments.dropFirst())
if let seed = arguments.seed {
  exit(try Replay(seed: seed, plan: arguments.plan, bug: arguments.bug).run())
} else if let part = arguments.part {
  exit(try SchedulePart(part, arguments).run())
} else {
  exit(try ScheduleParts(arguments).run())
}
