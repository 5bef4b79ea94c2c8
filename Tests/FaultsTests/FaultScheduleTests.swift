import Faults
import Testing

@Suite struct FaultScheduleTests {
  private static let worker = FaultNode(.worker, 0)
  private static let other = FaultNode(.worker, 1)
  private static let server = FaultNode(.server, 0)

  @Test func sharesAreWhatWasAskedFor() throws {
    var schedule = LinkFaultSchedule(try FaultPlan("seed 3; drop 10%; duplicate 5%; delay 20 ms ± 20 ms"))
    var (lost, copied) = (0, 0)
    var delays: [Double] = []
    for _ in 0..<20_000 {
      let fate = schedule.fate(from: Self.worker, to: Self.server, at: 0, step: 0)
      if fate.isLost { lost += 1 }
      if fate.copyDelay != nil { copied += 1 }
      delays.append(fate.delay)
    }
    #expect(abs(lost - 2000) < 200 && abs(copied - 1000) < 150)
    #expect(delays.allSatisfy { $0 >= 0 && $0 <= 0.04 } && Set(delays).count > 10_000)
    #expect(abs(delays.reduce(0, +) / 20_000 - 0.02) < 0.001)
  }

  @Test func fateOfALinkDoesNotDependOnOthers() throws {
    let plan = try FaultPlan("seed 3; drop 30%")
    var alone = LinkFaultSchedule(plan)
    var among = LinkFaultSchedule(plan)
    var fates: [FrameFate] = []
    for _ in 0..<100 {
      fates.append(alone.fate(from: Self.worker, to: Self.server, at: 0, step: 0))
      _ = among.fate(from: Self.other, to: Self.server, at: 0, step: 0)
      #expect(among.fate(from: Self.worker, to: Self.server, at: 0, step: 0) == fates.last)
    }
    #expect(Set(fates.map(\.isLost)).count == 2)
    var reseeded = LinkFaultSchedule(try FaultPlan("seed 4; drop 30%"))
    #expect((0..<100).map { _ in reseeded.fate(from: Self.worker, to: Self.server, at: 0, step: 0) } != fates)
  }

  @Test func partitionLastsFromItsStepForItsTime() throws {
    var schedule = LinkFaultSchedule(try FaultPlan("partition worker 0 -> server for 3 s at step 200"))
    let isLost = { (from: FaultNode, to: FaultNode, time: Double, step: UInt64) in
      schedule.fate(from: from, to: to, at: time, step: step).isLost
    }
    #expect(!isLost(Self.worker, Self.server, 1, 199))
    #expect(isLost(Self.worker, Self.server, 5, 201))
    #expect(!isLost(Self.server, Self.worker, 5, 201) && !isLost(Self.other, Self.server, 5, 201))
    #expect(isLost(Self.worker, Self.server, 7.9, 100))
    #expect(!isLost(Self.worker, Self.server, 8.1, 201))
  }

  @Test func faultsOfProcessesComeWhenTheyAreDue() throws {
    let nodes = [FaultNode(.coordinator), Self.server, Self.worker, Self.other]
    var schedule = ProcessFaultSchedule(
      try FaultPlan("kill any worker every 5 s 3 times; pause server 0 for 1 s at step 10"), nodes: nodes)
    #expect(schedule.due(at: 4.9, step: 0) == [])
    #expect(schedule.due(at: 5, step: 0).map(\.action) == [.kill(awaySeconds: 0)])
    #expect(schedule.due(at: 6, step: 12).map(\.node) == [Self.server])
    #expect(schedule.due(at: 6, step: 5) == [])
    // Two of its moments have passed unseen: it happens once.
    #expect(schedule.due(at: 17, step: 12).map(\.node.role) == [.worker])
    #expect(schedule.due(at: 21, step: 12).count == 1)
    #expect(schedule.due(at: 50, step: 12) == [])
  }

  @Test func chanceDecidesAtEveryMoment() throws {
    var schedule = ProcessFaultSchedule(try FaultPlan("kill any every 1 s with 25%"), nodes: [Self.worker])
    let count = (1...4000).count { !schedule.due(at: Double($0), step: 0).isEmpty }
    #expect(abs(count - 1000) < 120)
  }

  @Test func tornWriteIsOne() throws {
    var schedule = DiskFaultSchedule(try FaultPlan("torn write at step 5; slow disk 50 ms; full disk at 9 s for 1 s"))
    #expect(schedule.fate(at: 1, step: 4).tornAt == nil)
    #expect(schedule.fate(at: 2, step: 6).tornAt != nil)
    #expect(schedule.fate(at: 3, step: 7).tornAt == nil)
    #expect(schedule.fate(at: 3, step: 7).delay == 0.05)
    #expect(schedule.fate(at: 3, step: 7).causes == ["slow disk 50 ms"])
    #expect(!schedule.fate(at: 8, step: 7).isFull)
    #expect(schedule.fate(at: 9.5, step: 7).isFull && !schedule.fate(at: 10.6, step: 7).isFull)
  }
}
