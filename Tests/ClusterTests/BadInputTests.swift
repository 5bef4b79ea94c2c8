import Foundation
import Glibc
import TestSupport
import Testing

/// What a user gets wrong: the command line, the exit code of the contract, and what the error must name.
@Suite struct BadInputTests {
  let scratch: TemporaryFolder
  let data: SmallData

  init() throws {
    scratch = try TemporaryFolder()
    data = try SmallData(in: scratch)
  }

  private func expect(
    _ arguments: [String], _ exitCode: Int32, _ names: String..., sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let result = try NeumfProcess.run(arguments, in: scratch)
    #expect(result.exitCode == exitCode, "\(arguments): \(result.errors)", sourceLocation: sourceLocation)
    for name in names {
      #expect(
        result.errors.contains(name), "\(arguments): \(name) is missing in: \(result.errors)",
        sourceLocation: sourceLocation)
    }
  }

  @Test(arguments: [
    (["--layers", "64,0,8"], "--layers"), (["--layers", "63,8"], "--layers"), (["--workers", "0"], "--workers"),
    (["--workers", "999"], "--workers"), (["--servers", "0"], "--servers"), (["--batch-size", "3"], "--batch-size"),
    (["--learning-rate", "-1"], "--learning-rate"), (["--consistency", "ssp:0"], "consistency"),
    (["--optimizer", "adamw"], "optimizer"), (["--momentum", "0.9"], "--momentum"), (["--no-such"], "no-such"),
    (["--wire", "fp8"], "wire"), (["--epochs", "0"], "--epochs"), (["--factors", "0"], "--factors"),
  ]) func impossibleOptionIsRefusedBeforeAnyWork(_ options: [String], _ name: String) throws {
    let run = scratch.path("run")
    try expect(["train", "--data", data.folder, "--output", run] + options, 64, name)
    #expect(!FileManager.default.fileExists(atPath: run))
  }

  /// A file of ratings that cannot be read, the exit code, and what the error names.
  struct BadFile: Sendable, CustomTestStringConvertible {
    let name: String
    let bytes: [UInt8]?
    let exitCode: Int32
    let problem: String
    var testDescription: String { name }
  }

  @Test(arguments: [
    BadFile(name: "missing.dat", bytes: nil, exitCode: 66, problem: "missing.dat"),
    BadFile(name: "empty.dat", bytes: [], exitCode: 65, problem: "empty.dat"),
    BadFile(name: "binary.dat", bytes: [0x7f, 0x45, 0x4c, 0x46, 0, 1, 10, 0], exitCode: 65, problem: "binary.dat"),
    BadFile(name: "short.dat", bytes: Array("1::2::3::4\n1::2\n".utf8), exitCode: 65, problem: "short.dat:2"),
  ]) func badFileIsNamedAndNothingIsWritten(_ file: BadFile) throws {
    if let bytes = file.bytes { try scratch.write(file.name, bytes) }
    let output = scratch.path("prepared")
    try expect(
      ["prepare", scratch.path(file.name), "--format", "movielens", "--output", output], file.exitCode, file.problem)
    #expect(!FileManager.default.fileExists(atPath: "\(output)/data.neumf"))
  }

  @Test func unknownUserAndItemAreNamed() throws {
    let run = scratch.path("run")
    _ = try NeumfProcess.run(data.trainArguments(run, workers: 1, servers: 1, epochs: 1), in: scratch)
    try expect(["recommend", "--model", run, "--user", "nobody"], 65, "--user nobody", "no such user")
    try expect(["similar", "--model", run, "--item", "nothing"], 65, "--item nothing", "no such item")
  }

  @Test func runWithoutAModelIsNamed() throws {
    for command in [["recommend", "--user", "1"], ["similar", "--item", "1"], ["evaluate", "--data", data.folder]] {
      try expect(command + ["--model", scratch.path("nothing")], 66, "nothing/model", "neumf train")
    }
    try expect(["digest", scratch.path("nothing")], 66, "nothing/model")
  }

  @Test func missingDataIsNamed() throws {
    try expect(["train", "--data", scratch.path("nowhere"), "--output", scratch.path("r")], 66, "nowhere", "prepare")
  }

  @Test func trainNeedsAnOutput() throws {
    try expect(["train", "--data", data.folder], 64, "--output")
  }

  @Test func runOfAnotherJobIsNotOverwritten() throws {
    let run = scratch.path("run")
    #expect(
      try NeumfProcess.run(data.trainArguments(run, workers: 1, servers: 1, epochs: 1), in: scratch).exitCode == 0)
    try expect(data.trainArguments(run, workers: 1, servers: 1), 73, run, "--resume")
  }

  @Test func runWithoutCheckpointCannotGoOn() throws {
    try expect(["train", "--data", data.folder, "--resume", scratch.path("empty")], 66, "empty")
  }

  @Test func resumedPlanCannotChangeWhatItTrains() throws {
    let run = scratch.path("run")
    _ = try NeumfProcess.run(data.trainArguments(run, workers: 1, servers: 1, epochs: 1), in: scratch)
    for change in [["--factors", "5"], ["--wire", "fp16"]] {
      try expect(["train", "--data", data.folder, "--resume", run] + change, 64, "plan")
    }
  }

  @Test func containerWithAFlippedByteIsNamed() throws {
    let url = URL(fileURLWithPath: "\(data.folder)/data.neumf")
    var bytes = try Data(contentsOf: url)
    bytes[bytes.count / 2] ^= 1
    try bytes.write(to: url)
    try expect(["train", "--data", data.folder, "--output", scratch.path("r")], 65, "data.neumf")
  }

  @Test func planFileWithAnUnknownFieldIsNamed() throws {
    let path = scratch.path("plan.json")
    try Data(#"{"factor": 8}"#.utf8).write(to: URL(fileURLWithPath: path))
    try expect(
      ["train", "--data", data.folder, "--output", scratch.path("r"), "--plan", path], 64, "factor", "plan.json")
    try expect(
      ["train", "--data", data.folder, "--output", scratch.path("r"), "--plan", scratch.path("none")], 66, "none")
  }

  @Test func takenPortIsNamed() throws {
    let (descriptor, port) = try listeningPort()
    defer { close(descriptor) }
    var arguments = data.trainArguments(scratch.path("r"), workers: 1, servers: 1)
    arguments[0] = "coordinator"
    try expect(arguments + ["--listen", "tcp://127.0.0.1:\(port)"], 69, "\(port)")
    try expect(
      ["server", "--coordinator", "tcp://127.0.0.1:1", "--listen", "tcp://127.0.0.1:\(port)"], 69, "\(port)")
  }

  @Test(arguments: ["tcp://0.0.0.0:5000", "tcp://192.0.2.1:5000", "tcp://*:5000"])
  func addressBeyondLoopbackNeedsAWord(_ endpoint: String) throws {
    try expect(["worker", "--coordinator", endpoint, "--data", data.folder], 64, "--insecure")
    try expect(["server", "--coordinator", "tcp://127.0.0.1:1", "--listen", endpoint], 64, "--insecure")
  }

  @Test func strangeAddressIsNamed() throws {
    try expect(["worker", "--coordinator", "somewhere", "--data", data.folder], 64, "--coordinator")
  }

  /// A file system of 300 KiB: the job fails when it writes, and says so.
  @Test(.enabled(if: getuid() == 0, "mounting a small file system needs root")) func fullDiskIsNamed() throws {
    let mount = scratch.path("small")
    try FileManager.default.createDirectory(atPath: mount, withIntermediateDirectories: true)
    try #require(system("mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", mount) == 0)
    defer { #expect(system("umount", mount) == 0) }
    try expect(
      data.trainArguments("\(mount)/run", workers: 1, servers: 1, epochs: 40, ["--factors", "64"]), 73, "\(mount)/run")
  }

  private func system(_ command: String...) -> Int32 {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = command
    do {
      try process.run()
    } catch {
      return -1
    }
    process.waitUntilExit()
    return process.terminationStatus
  }
}
