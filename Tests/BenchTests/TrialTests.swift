import Foundation
import Plan
import Telemetry
import Testing

@testable import neumf_bench

@Suite struct TrialTests {
  private func trial(_ updates: UpdateCounts, samples: [Int]) -> Trial {
    var report = RunReport(plan: TrainingPlan(), data: ProblemSize(users: 1, items: 1, trainingInteractions: 2))
    for (index, count) in samples.enumerated() {
      report.append(EpochReport(epoch: index + 1, loss: 0, samples: count, trainingSeconds: 1))
    }
    report.updates = updates
    return Trial(name: "job", failure: nil, report: report, seconds: 1, injuries: [], checkpointSeconds: [])
  }

  @Test func injuriesAreReadFromWhatTheSupervisorSays() {
    #expect(Injury("neumf: fault: kill any every 2 s: worker 1 (process 77)")?.role == "worker")
    #expect(Injury("neumf: fault: pause any server for 5 s at 4 s: server 0 (process 8)")?.verb == "pause")
    #expect(Injury("neumf: fault: kill any at 1 s: coordinator (process 8)")?.role == "coordinator")
    #expect(Injury("neumf: fault: full disk at 3 s: the checkpoint of step 7") == nil)
    #expect(Injury("neumf: worker 1 (process 77) was killed by signal 9; starting it again; its last words…") == nil)
  }

  @Test func brokenPromisesAreNamed() {
    let good = UpdateCounts(pushed: 5, applied: 5)
    #expect(trial(good, samples: [10, 10]).broken(samplesPerEpoch: 10, epochs: 2) == [])
    #expect(!trial(good, samples: [10, 9]).broken(samplesPerEpoch: 10, epochs: 2).isEmpty)
    #expect(!trial(good, samples: [10]).broken(samplesPerEpoch: 10, epochs: 2).isEmpty)
    let less = UpdateCounts(pushed: 5, applied: 4, lost: 1)
    #expect(trial(less, samples: [10]).broken(samplesPerEpoch: 10, epochs: 1) == ["1 updates lost"])
    let more = UpdateCounts(pushed: 5, applied: 6, lost: -1)
    #expect(trial(more, samples: [10]).broken(samplesPerEpoch: 10, epochs: 1) == ["1 updates applied twice"])
    let hung = Trial(
      name: "job", failure: "had not ended", report: nil, seconds: 1, injuries: [], checkpointSeconds: [])
    #expect(hung.broken(samplesPerEpoch: 10, epochs: 1) == ["had not ended"])
    #expect(Promise.cell([]) == "kept" && Promise.cell(["a", "b"]).contains("**broken**: a; b"))
  }

  @Test func secondsOfCheckpointsAreThoseOfTheLog() {
    let log = """
      2026-01-01T00:00:00.000Z INFO coordinator-0 wrote a checkpoint optimizerStep=9 seconds=0.25
      2026-01-01T00:00:01.000Z NOTICE coordinator-0 the training goes on seconds=3.0
      2026-01-01T00:00:02.000Z INFO coordinator-0 wrote a checkpoint optimizerStep=18 seconds=0.5
      """
    #expect(TrialRunner.checkpointSeconds(Data(log.utf8)) == [0.25, 0.5])
    #expect(TrialRunner.checkpointSeconds(nil) == [])
  }
}
