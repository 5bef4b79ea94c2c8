import Faults
import Testing

@Suite struct FaultPlanTests {
  @Test func everyStatementIsRead() throws {
    let plan = try FaultPlan(
      """
      seed 7        # of everything random below
      drop 10% on worker-server; duplicate 5 %
      delay 20 ms ± 20ms on worker 0 -> coordinator
      delay 1 s +- 0.5 s for 2 min
      reorder 3% by 40 ms
      partition worker 0 - server for 3 s at step 200
      kill any worker every 5 s, with 30%, 4 times
      kill server 1 for 2 s at 10 s
      pause coordinator for 500 ms every 100 steps
      restart any at 3 s
      slow disk 50 ms; full disk at 3 s for 1 s; torn write at step 9
      """)
    #expect(plan.seed == 7)
    #expect(
      plan.linkFaults.map(\.action) == [
        .drop(0.1), .duplicate(0.05), .delay(seconds: 0.02, jitter: 0.02), .delay(seconds: 1, jitter: 0.5),
        .reorder(0.03, seconds: 0.04), .partition,
      ])
    #expect(
      plan.linkFaults.map(\.link) == [
        LinkPattern(NodePattern(.worker), NodePattern(.server)), LinkPattern(),
        LinkPattern(NodePattern(.worker, 0), NodePattern(.coordinator), isOneWay: true), LinkPattern(), LinkPattern(),
        LinkPattern(NodePattern(.worker, 0), NodePattern(.server)),
      ])
    #expect(plan.linkFaults.map(\.duration) == [nil, nil, nil, 120, nil, 3])
    #expect(plan.linkFaults[5].trigger == FaultTrigger(.atStep(200)))
    #expect(plan.linkFaults[5].text == "partition worker 0 - server for 3 s at step 200")
    #expect(plan.linkFaults[0].text == "drop 10% on worker - server")
    #expect(
      plan.processFaults.map(\.action) == [
        .kill(awaySeconds: 0), .kill(awaySeconds: 2), .pause(seconds: 0.5), .restart,
      ])
    #expect(
      plan.processFaults.map(\.target) == [
        NodePattern(.worker), NodePattern(.server, 1), NodePattern(.coordinator), NodePattern(),
      ])
    #expect(
      plan.processFaults.map(\.trigger) == [
        FaultTrigger(.everySeconds(5), probability: 0.3, times: 4), FaultTrigger(.atTime(10)),
        FaultTrigger(.everySteps(100)), FaultTrigger(.atTime(3)),
      ])
    #expect(plan.diskFaults.map(\.action) == [.slow(seconds: 0.05), .full, .torn])
    #expect(plan.needsFrames)
    #expect(try FaultPlan("drop 1%").needsFrames && FaultPlan("kill any at step 3").needsFrames)
    #expect(try !FaultPlan("kill any at 3 s; torn write at step 3").needsFrames)
  }

  @Test(arguments: [
    ("dorp 10%", "line 1, column 1: dorp begins no statement (one of seed,"),
    ("seed 7\ndrop on worker-server", "line 2, column 6: on is no share (such as 10%)"),
    ("drop 110%", "line 1, column 6: 110 % is more than all"),
    ("drop 10", "line 1, column 8: the end comes where % is missing"),
    ("drop 10% on worker", "line 1, column 19: the end comes where a link's other end is missing"),
    ("drop 10% on worker-clients", "line 1, column 20: clients is no end of a link"),
    ("delay 20", "line 1, column 9: the end is no unit of time (ms, s or min)"),
    ("partition worker-server at step 3", "line 1, column 1: a partition that never ends"),
    ("kill worker at step 3", "line 1, column 13: at comes where a number is missing (worker 0, or any worker)"),
    ("kill any worker", "line 1, column 16: the end comes where a moment is missing"),
    ("pause any worker at 3 s", "line 1, column 24: the end comes where a duration is missing"),
    ("kill any at 3 s at step 4", "line 1, column 17: at is said twice"),
    ("kill any with 3%", "line 1, column 10: with needs a moment before it"),
    ("restart any for 3 s at 1 s", "line 1, column 1: a restart has no duration"),
    ("kill any every 0 s", "line 1, column 16: that is too often"),
    ("kill any every 0 steps", "line 1, column 16: every 0 steps is always"),
    ("drop 10% !", "line 1, column 10: ! means nothing here"),
    ("seed 1.5", "line 1, column 6: 1.5 is not a seed"),
    ("drop 1.2.3%", "line 1, column 6: 1.2.3 is no number"),
    ("full room", "line 1, column 6: room comes where disk is expected"),
  ])
  func mistakeIsNamedWithItsPlace(_ text: String, _ expected: String) {
    #expect { try FaultPlan(text) } throws: { "\($0)".hasPrefix(expected) }
  }

  @Test func processesBeyondTheJobAreRefused() throws {
    let plan = try FaultPlan("drop 1% on worker 1 - server\nkill worker 2 at 3 s")
    try plan.check(workers: 3, servers: 1)
    #expect {
      try plan.check(workers: 2, servers: 1)
    } throws: {
      "\($0)".contains("line 2, column 1: there is no worker 2")
    }
    #expect(throws: FaultPlanError.self) { try plan.check(workers: 1, servers: 1) }
  }
}
