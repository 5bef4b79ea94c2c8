import Foundation
import Glibc
import TestSupport
import Testing

/// `neumf status` of a real job.
@Suite(.serialized) struct StatusTests {
  let scratch: TemporaryFolder
  let data: SmallData

  init() throws {
    scratch = try TemporaryFolder()
    data = try SmallData(in: scratch)
  }

  private func status(_ more: [String]) throws -> NeumfProcess.Result {
    try NeumfProcess.run(["status"] + more, in: scratch)
  }

  @Test func aStoppedWorkerIsSeenByWhoLooksOn() throws {
    let run = scratch.path("long")
    let job = try NeumfProcess(data.trainArguments(run, workers: 2, servers: 1, epochs: 5000), in: scratch)
    try wait(until: { try status(["--run", run]).output.contains("training") }, "the job trains")
    let worker = try #require(job.children.first { NeumfProcess.role(of: $0) == "worker" })
    kill(worker, SIGSTOP)
    try wait(
      until: {
        let lines = try status(["--run", run]).output.split(separator: "\n")
        return lines.contains { $0.contains(" \(worker) ") && $0.contains("has stood still") }
      }, "the stopped worker is seen to stand still")
    let text = try status(["--run", run, "--json"]).output
    struct Answer: Decodable {
      struct Member: Decodable { let role: String }
      let members: [Member]
    }
    let answer = try JSONDecoder().decode(Answer.self, from: Data(text.utf8))
    #expect(answer.members.map(\.role) == ["server", "worker", "worker"])
    kill(worker, SIGCONT)
    kill(job.process.processIdentifier, SIGINT)
    #expect(try job.finish().exitCode == 130)
    let after = try status(["--run", run])
    #expect(after.exitCode == 69 && after.errors.contains("no job runs there any more"), "\(after.errors)")
  }

  @Test func aFolderWithoutAJobIsNamed() throws {
    let result = try status(["--run", scratch.path("nothing")])
    #expect(result.exitCode == 66 && result.errors.contains("nothing") && result.errors.contains("hint:"))
    #expect(try status([]).exitCode == 64)
  }
}
