import Datasets
import Foundation
import Glibc
import Interactions
import TestSupport
import Testing

/// Many trainings by one command, stopped and gone on with.
@Suite(.serialized) struct SweepTests {
  let scratch: TemporaryFolder
  let data: SmallData

  init() throws {
    scratch = try TemporaryFolder()
    data = try SmallData(in: scratch)
  }

  private func arguments(_ name: String, _ sweep: [String], epochs: Int = 6) -> [String] {
    ["sweep"] + sweep + [
      "--data", data.folder, "--output", scratch.path(name), "--epochs", "\(epochs)", "--batch-size", "200",
      "--workers", "1",
    ]
  }

  private let models = ["models", "--factors", "4", "--layers", "16,8", "--learning-rate", "0.01"]

  /// The rows of trials.csv without the columns of time, by heading.
  private func trials(_ name: String) throws -> [[String]] {
    let lines = try scratch.text("\(name)/trials.csv").split(separator: "\n").map(fields)
    let kept = lines[0].indices.filter { !["training seconds", "samples per second"].contains(lines[0][$0]) }
    return lines.map { line in kept.map { line[$0] } }
  }

  /// By trial; 0 where nothing is trained.
  private func trainingSeconds(_ name: String) throws -> [Double] {
    let lines = try scratch.text("\(name)/trials.csv").split(separator: "\n").map(fields)
    let column = try #require(lines[0].firstIndex(of: "training seconds"))
    return lines.dropFirst().map { Double($0[column]) ?? 0 }
  }

  /// The fields of a line, some of them quoted.
  private func fields(_ line: Substring) -> [String] {
    line.split(separator: "\"", omittingEmptySubsequences: false).enumerated().reduce(into: [""]) { fields, part in
      let pieces = part.offset % 2 == 0 ? part.element.split(separator: ",", omittingEmptySubsequences: false) : []
      if part.offset % 2 == 1 { fields[fields.count - 1] += part.element }
      for (index, piece) in pieces.enumerated() {
        if index > 0 { fields.append("") }
        fields[fields.count - 1] += piece
      }
    }
  }

  private func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: scratch.path(path)) }

  /// All processes below one.
  private func descendants(of pid: pid_t) -> [pid_t] {
    let path = "/proc/\(pid)/task/\(pid)/children"
    guard let text = FileManager.default.contents(atPath: path) else { return [] }
    let children = String(decoding: text, as: UTF8.self).split(separator: " ").compactMap { pid_t($0) }
    return children + children.flatMap(descendants)
  }

  @Test func aSweepGoesOnWhereItWasKilledOrInterrupted() throws {
    let whole = try NeumfProcess.run(arguments("whole", models), in: scratch)
    #expect(whole.exitCode == 0, "\(whole.errors)")
    #expect(whole.output.contains("trial 1 of 5, mf-seed-1: begins\n"))
    #expect(whole.output.contains("trial 5 of 5, neumf-pre-trained-seed-1: begins, about "))
    let rows = try trials("whole")
    #expect(rows.count == 7 && rows[1][0] == "popularity" && rows[6][0] == "NeuMF, pre-trained")
    for name in ["results.csv", "results.md", "report.html", "plots/models-hr-10-bars.svg"] {
      #expect(exists("whole/\(name)"), "\(name)")
    }
    let seconds = try trainingSeconds("whole")
    #expect(seconds[5] > seconds[2] + seconds[3], "what came before a NeuMF counts: \(seconds)")
    let page = try scratch.text("whole/report.html")
    #expect(page.components(separatedBy: "<svg ").count == 6 && page.contains("NeuMF, pre-trained"))
    #expect(exists("whole/trials/gmf-seed-1") && !exists("whole/trials/neumf-pre-trained-seed-1-gmf-stage"))

    // Killed within the third training, without a chance to tell anyone.
    let killed = try NeumfProcess(arguments("parts", models), in: scratch)
    try wait(until: { exists("parts/trials/mlp-seed-1/report.json") }, "the third training is under way")
    let below = descendants(of: killed.process.processIdentifier)
    #expect(below.count >= 4, "a training, its coordinator, a server and a worker")
    kill(killed.process.processIdentifier, SIGKILL)
    _ = try killed.finish()
    try wait(until: { !below.contains { isAlive($0) } }, "nothing is left behind")
    let logs = try ["mf-seed-1", "gmf-seed-1"].map { try scratch.read("parts/log/\($0).log") }

    let interrupted = try NeumfProcess(arguments("parts", models), in: scratch)
    try wait(until: { exists("parts/trials/neumf-pre-trained-seed-1/log") }, "the last training is under way")
    interrupted.process.interrupt()
    let stopped = try interrupted.finish()
    #expect(stopped.exitCode == 130 && stopped.errors.contains("the same command goes on"), "\(stopped.errors)")
    #expect(stopped.output.contains("trial 1 of 5, mf-seed-1: is trained"))
    #expect(stopped.output.contains("trial 2 of 5, gmf-seed-1: is trained"))
    let shown = try trials("parts")
    #expect(shown.count >= 6 && shown == Array(rows[..<shown.count]), "what is trained is shown")

    let last = try NeumfProcess.run(arguments("parts", models), in: scratch)
    #expect(last.exitCode == 0, "\(last.errors)")
    #expect(last.output.contains("trial 4 of 5, neumf-seed-1: is trained"))
    #expect(try ["mf-seed-1", "gmf-seed-1"].map { try scratch.read("parts/log/\($0).log") } == logs)
    #expect(try trials("parts") == rows)

    let other = try NeumfProcess.run(arguments("parts", models, epochs: 7), in: scratch)
    #expect(other.exitCode == 73 && other.errors.contains("--epochs"), "\(other.errors)")
  }

  @Test func theNetflixSweepTakesDataInItsForm() throws {
    let steps = [
      [
        "synthesize", "--users", "200", "--items", "150", "--interactions", "5000", "--format", "netflix", "--output",
        scratch.path("files"),
      ],
      [
        "prepare", scratch.path("files"), "--format", "netflix", "--split", "temporal:0.8", "--negatives", "20",
        "--output", scratch.path("netflix"),
      ],
      [
        "sweep", "netflix", "--data", scratch.path("netflix"), "--output", scratch.path("sweep"), "--epochs", "1",
        "--workers", "1",
      ],
    ]
    for step in steps {
      let result = try NeumfProcess.run(step, in: scratch)
      #expect(result.exitCode == 0, "\(step[0]): \(result.errors)")
    }
    #expect(try trials("sweep").dropFirst().map { $0[0] } == ["MF", "GMF", "MLP", "NeuMF"])
    let markdown = try scratch.text("sweep/results.md")
    #expect(markdown.contains("from netflix files, split temporal:0.8") && markdown.contains("| HR@10, best epoch"))
    for name in ["hr-10", "ndcg-10"] { #expect(exists("sweep/plots/netflix-\(name)-bars.svg"), "\(name)") }
  }

  @Test func aFailedTrialIsNamedAndTheOthersGoOn() throws {
    let varied = "learning-rate=1e30,0.01 model=gmf,mf"
    let grid = ["--grid", varied, "--validation", "--seeds", "1,2", "--optimizer", "sgd"]
    let first = try NeumfProcess.run(arguments("grid", grid, epochs: 2), in: scratch)
    #expect(first.exitCode == 75, "\(first.errors)")
    for model in ["gmf", "mf"] {
      let log = scratch.path("grid/log/1e30-\(model)-seed-2.log")
      #expect(first.errors.contains("1e30-\(model)-seed-2: neumf train ended with exit code 65; log: \(log)"))
      #expect(try String(contentsOfFile: log, encoding: .utf8).contains("learning-rate"))
    }
    #expect(try trials("grid").count == 1 + 4)
    let markdown = try scratch.text("grid/results.md")
    #expect(markdown.contains("## Failed") && markdown.contains("validation HR@10"))
    #expect(markdown.contains("| 1e30 | mf | 0 | - |"))
    let again = try NeumfProcess.run(arguments("grid", grid, epochs: 2), in: scratch)
    #expect(again.exitCode == 75 && again.output.contains("0.01-gmf-seed-1: is trained"), "\(again.errors)")
    #expect(again.output.components(separatedBy: "failed: neumf train").count == 5, "they were tried again")
  }

  @Test func whatTheDataCannotAnswerIsRefusedBeforeAnyWork() throws {
    let lines = (0..<80).filter { $0 % 3 != 0 }.map { "\($0 % 5),\($0 / 5),\($0)\n" }.joined()
    var options = PreparationOptions(
      inputs: [try scratch.write("plain.csv", ("user,item,timestamp\n" + lines).utf8)], format: .csv,
      output: scratch.path("plain"))
    options.columns = CSVColumns(user: "user", item: "item", time: "timestamp")
    options.negatives = 1
    options.split = .temporal(0.7)
    _ = try Preparation(options).run()
    func refused(_ sweep: String, _ data: String) throws -> NeumfProcess.Result {
      let result = try NeumfProcess.run(
        ["sweep", sweep, "--data", data, "--output", scratch.path("none")], in: scratch)
      #expect(!exists("none"))
      return result
    }
    let ratings = try refused("ratings", scratch.path("plain"))
    #expect(ratings.exitCode == 64 && ratings.errors.contains("has no ratings"), "\(ratings.errors)")
    let netflix = try refused("netflix", scratch.path("plain"))
    #expect(netflix.exitCode == 64 && netflix.errors.contains("--split temporal:0.8"), "\(netflix.errors)")
    let unknown = try refused("modles", scratch.path("plain"))
    #expect(unknown.exitCode == 64 && unknown.errors.contains("modles: no such sweep"), "\(unknown.errors)")
    let missing = try refused("models", scratch.path("nowhere"))
    #expect(missing.exitCode == 66, "\(missing.errors)")
  }
}
