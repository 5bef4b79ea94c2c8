import Foundation
import Plan
import Telemetry
import TestSupport
import Testing

struct RunReportTests {
  @Test func theKeysAreThoseOfTheContract() throws {
    let report = try JSONSerialization.jsonObject(with: Data(try RunReport.sample(epochs: 2).json().utf8))
    let top = try #require(report as? [String: Any])
    #expect(
      Set(top.keys) == [
        "plan", "data", "epochs", "best", "last", "samplesPerSecond", "bytesOnWire", "peakResidentBytes", "cpuSeconds",
        "updates", "staleness", "links", "recoveries", "digest",
      ])
    func keys(_ name: String) -> Set<String> { Set((top[name] as? [String: Any] ?? [:]).keys) }
    #expect(keys("data") == ["users", "items", "trainingInteractions"])
    #expect(keys("best") == ["epoch", "hitRatio", "ndcg", "chosenOn"])
    #expect(keys("last") == ["epoch", "hitRatio", "ndcg"])
    #expect(keys("bytesOnWire") == ["sent", "received"])
    #expect(keys("peakResidentBytes") == ["coordinator", "server", "worker"])
    #expect(keys("cpuSeconds") == ["coordinator", "server", "worker"])
    #expect(keys("updates") == ["pushed", "applied", "duplicatesIgnored", "lost"])
    #expect(keys("staleness") == ["maximum", "histogram"])
    #expect(keys("links") == ["framesSentAgain", "duplicatesDropped"])
    #expect(keys("plan").isSuperset(of: ["model", "factors", "layers", "batchSize", "seed", "consistency"]))
    let epoch = try #require((top["epochs"] as? [[String: Any]])?.first)
    #expect(
      Set(epoch.keys) == ["epoch", "loss", "hitRatio", "ndcg", "samples", "trainingSeconds", "evaluationSeconds"])
    #expect(Set((epoch["hitRatio"] as? [String: Double] ?? [:]).keys) == ["1", "5", "10"])
    let recovery = try #require((top["recoveries"] as? [[String: Any]])?.first)
    #expect(Set(recovery.keys) == ["role", "index", "atStep", "seconds"])
  }

  @Test func theKeysOfRatingsStandBesideThoseOfTheContract() throws {
    let report = RunReport.rated(epochs: 6)
    let best = try #require(report.best)
    #expect(best.epoch == 4 && best.errors == RatingMeasures(mae: 0.9 - 0.2, rmse: 0.9, r2: 1 - 0.9))
    #expect(report.last?.epoch == 6 && best.chosenOn == .test)
    let top = try #require(try JSONSerialization.jsonObject(with: Data(try report.json().utf8)) as? [String: Any])
    let chosen = try #require(top["best"] as? [String: Any])
    #expect(Set(chosen.keys) == ["epoch", "hitRatio", "ndcg", "chosenOn", "mae", "rmse", "r2"])
    #expect(chosen["hitRatio"] is NSNull && chosen["rmse"] as? Double == 0.9)
    let epoch = try #require((top["epochs"] as? [[String: Any]])?.first)
    #expect((epoch["hitRatio"] as? [String: Double])?.isEmpty == true && epoch["rmse"] != nil && epoch["r2"] != nil)
    let scratch = try TemporaryFolder()
    try report.write(to: scratch.path("report.json"))
    #expect(try RunReport(contentsOf: scratch.path("report.json")) == report)
  }

  @Test func validationRatingsDecideWhereThereAreSome() throws {
    var report = RunReport.rated(epochs: 0)
    for (epoch, validation) in [(1, 0.95), (2, 0.85), (3, 0.9)] {
      report.append(.rated(epoch, validation: validation))
    }
    #expect(report.best?.epoch == 2 && report.best?.chosenOn == .validation)
    let copy = try JSONDecoder().decode(RunReport.self, from: Data(try report.json().utf8))
    #expect(copy == report)
  }

  @Test func whatIsWrittenIsReadAgainAndReplacesWhatWasThere() throws {
    let scratch = try TemporaryFolder()
    let report = RunReport.sample(epochs: 3)
    try RunReport.sample(epochs: 1).write(to: scratch.path("report.json"))
    try report.write(to: scratch.path("report.json"))
    #expect(try RunReport(contentsOf: scratch.path("report.json")) == report)
    #expect(try scratch.names == ["report.json"])
    #expect(try scratch.text("report.json").hasSuffix("}\n"))
  }

  @Test func theEarliestOfTheBestEpochsIsKept() {
    var report = RunReport(plan: TrainingPlan(), data: ProblemSize(users: 1, items: 1, trainingInteractions: 1))
    for (epoch, hit) in [(1, 0.5), (2, 0.6), (3, 0.6), (4, 0.55)] { report.append(.sample(epoch, hitRatio: hit)) }
    #expect(report.best == ChosenEpoch(epoch: 2, hitRatio: 0.6, ndcg: 0.3, chosenOn: .test))
    #expect(report.last == ChosenEpoch(epoch: 4, hitRatio: 0.55, ndcg: 0.275, chosenOn: nil))
    #expect(report.samplesPerSecond == 4 * 4_970_845 / 14.0)
  }

  @Test func validationItemsDecideWhereThereAreSome() {
    var report = RunReport(plan: TrainingPlan(), data: ProblemSize(users: 1, items: 1, trainingInteractions: 1))
    for (epoch, test, validation) in [(1, 0.5, 0.8), (2, 0.9, 0.7)] {
      report.append(
        EpochReport(
          epoch: epoch, loss: 1, hitRatio: [10: test], ndcg: [10: test],
          validation: ValidationScore(hitRatio: validation, ndcg: 0), samples: 1, trainingSeconds: 1))
    }
    #expect(report.best == ChosenEpoch(epoch: 1, hitRatio: 0.5, ndcg: 0.5, chosenOn: .validation))
  }

  @Test func epochsWithoutEvaluationChangeNeitherBestNorLast() {
    var report = RunReport.sample(epochs: 2)
    let before = (report.best, report.last)
    report.append(EpochReport(epoch: 3, loss: 0.1, samples: 1, trainingSeconds: 1))
    #expect(report.best == before.0 && report.last == before.1)
    #expect(report.epochs.count == 3)
  }

  @Test func aLossThatIsNoNumberIsNull() throws {
    var report = RunReport(plan: TrainingPlan(), data: ProblemSize(users: 1, items: 1, trainingInteractions: 1))
    report.append(EpochReport(epoch: 1, loss: .nan, samples: 1, trainingSeconds: 1))
    let text = try report.json()
    #expect(text.contains("\"loss\" : null"))
    let read = try JSONDecoder().decode(RunReport.self, from: Data(text.utf8))
    #expect(read.epochs[0].loss.isNaN)
  }

  @Test func stalenessIsCountedBySteps() {
    var staleness = StalenessReport()
    staleness.add(pushes: 3, steps: 2)
    staleness.add(pushes: 5, steps: 0)
    staleness.add(pushes: 1, steps: 2)
    staleness.add(pushes: 0, steps: 9)
    #expect(staleness.histogram == [5, 0, 4])
    #expect(staleness.maximum == 2)
  }

  @Test func aFolderThatIsMissingIsNamed() throws {
    let scratch = try TemporaryFolder()
    let error = #expect(throws: TelemetryError.self) {
      try RunReport.sample(epochs: 1).write(to: scratch.path("missing/report.json"))
    }
    #expect(error?.path.contains("missing/report.json") == true)
    #expect(error?.hint == "its folder must exist")
  }

  @Test func aDamagedReportIsNamed() throws {
    let scratch = try TemporaryFolder()
    try Data("{\"plan\": 3".utf8).write(to: URL(filePath: scratch.path("report.json")))
    let error = #expect(throws: TelemetryError.self) { try RunReport(contentsOf: scratch.path("report.json")) }
    #expect(error?.path == scratch.path("report.json"))
  }
}
