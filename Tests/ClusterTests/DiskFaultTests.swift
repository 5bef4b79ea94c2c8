import Foundation
import TestSupport
import Testing

/// Real processes whose disk is full, slow, or tears what is written; and a job that is not to recover.
@Suite(.serialized) struct DiskFaultTests {
  let scratch: TemporaryFolder
  let data: SmallData

  init() throws {
    scratch = try TemporaryFolder()
    data = try SmallData(in: scratch)
  }

  private struct Report: Decodable {
    struct Recovery: Decodable { let role: String }
    let recoveries: [Recovery]
  }

  private func run(_ name: String, epochs: Int, _ more: [String]) throws -> NeumfProcess.Result {
    try NeumfProcess.run(
      data.trainArguments(scratch.path(name), workers: 2, servers: 2, epochs: epochs, more), in: scratch)
  }

  /// The torn write is one, however often its coordinator is succeeded; without a checkpoint the job goes on.
  @Test func injuredDiskDoesNotChangeTheBits() throws {
    let quiet = try run("quiet", epochs: 30, [])
    let plan = "torn write at step 100; full disk for 500 ms at step 500; slow disk by 5 ms"
    let rough = try run("rough", epochs: 30, ["--faults", plan])
    #expect(rough.exitCode == 0, "\(rough.errors)")
    #expect(rough.digest == quiet.digest && quiet.digest != nil)
    #expect(rough.errors.split(separator: "fault: torn write at step 100").count == 2, "\(rough.errors)")
    #expect(rough.errors.contains("fault: full disk for 500 ms at step 500"), "\(rough.errors)")
    #expect(rough.output.contains("No space left on device"), "\(rough.output)")
    let report = try JSONDecoder().decode(
      Report.self, from: Data(contentsOf: URL(fileURLWithPath: scratch.path("rough/report.json"))))
    #expect(report.recoveries.map(\.role) == ["coordinator"])
  }

  @Test func withoutRecoveryTheBitsAreTheSame() throws {
    let quiet = try run("quiet", epochs: 3, [])
    let bold = try run("bold", epochs: 3, ["--recovery", "off"])
    #expect(bold.digest == quiet.digest && quiet.digest != nil, "\(bold.errors)")
    let checkpoints = { (name: String) in
      try FileManager.default.contentsOfDirectory(atPath: scratch.path("\(name)/checkpoints")).count
    }
    #expect(try checkpoints("quiet") == 2)
    #expect(try checkpoints("bold") == 1)
  }

  @Test(arguments: ["worker 1", "server 0", "coordinator"]) func withoutRecoveryALossIsTheEnd(_ who: String) throws {
    let result = try run("bold", epochs: 5000, ["--recovery", "off", "--faults", "kill \(who) at 1 s"])
    #expect(result.exitCode == 69, "\(result.errors)")
    #expect(result.errors.contains("--recovery off"), "\(result.errors)")
    #expect(!result.errors.contains("starting it again"), "\(result.errors)")
  }
}
