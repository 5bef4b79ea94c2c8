import ArgumentParser
import Datasets
import Foundation
import Plan
import Telemetry
import TestSupport
import Testing

@testable import neumf

/// What is made of the reports of a sweep's trials.
struct SweepResultsTests {
  /// An epoch of which all follows from its hit ratio; the NDCG is half of it.
  private func epoch(_ number: Int, _ hit: Double?, validation: Double? = nil) -> EpochReport {
    EpochReport(
      epoch: number, loss: 0.5, hitRatio: hit.map { [1: $0 / 4, 2: $0] } ?? [:],
      ndcg: hit.map { [1: $0 / 4, 2: $0 / 2] } ?? [:],
      validation: validation.map { ValidationScore(hitRatio: $0, ndcg: 0) }, samples: 100, trainingSeconds: 2)
  }

  private func trial(_ arm: Int, seed: UInt64? = 1, _ epochs: [EpochReport]) -> SweepResults.Trial {
    SweepResults.Trial(
      arm: arm, seed: seed, job: seed.map { "\(arm)-seed-\($0)" }, epochs: epochs,
      samplesPerSecond: seed.map { _ in 50 }, digest: "ab", multiplications: 10, stageSeconds: 0)
  }

  private func results(
    figures: [SweepDesign.Figure] = [.bars, .epochs, .lengths, .against(axis: 1), .rate(axis: 1)], ranked: Bool = false,
    _ trials: [SweepResults.Trial]
  ) -> SweepResults {
    var plan = TrainingPlan()
    plan.topK = 2
    let design = SweepDesign(
      name: "test", title: "A <test>", about: "About.", axes: ["model", "factors"],
      arms: [
        .popularity(["popularity", "0"]), .init(["a, b", "8"], "--model gmf"), .init(["c", "8"], "--model mlp"),
      ],
      figures: figures + [.differences], reference: 1, isRanked: ranked)
    return SweepResults(design, plan: plan, trials: trials)
  }

  @Test func estimatesAreMeansWithStandardErrors() throws {
    #expect(Estimate([]) == nil && Estimate([1, .nan]) == nil)
    let one = try #require(Estimate([0.5]))
    #expect(one.standardError == nil && one.text(3) == "0.500")
    // Deviations -3, 1, 2: 14 / 2 / 3.
    let three = try #require(Estimate([1, 5, 6]))
    #expect(three.mean == 4 && three.count == 3)
    #expect(abs(try #require(three.standardError) - (7.0 / 3).squareRoot()) < 1e-12)
    #expect(three.text(2, signed: true) == "+4.00 ± 1.53")
    #expect(Estimate([0.004])?.text(2, signed: true) == "0.00" && Estimate([-0.004])?.text(2, signed: true) == "0.00")
  }

  @Test func theBestEpochIsChosenOnValidationAndTheLastIsTheLastThatWasEvaluated() {
    let epochs = [
      epoch(1, 0.5, validation: 0.3), epoch(2, 0.7, validation: 0.4), epoch(3, 0.6, validation: 0.6),
      epoch(4, 0.65, validation: 0.6), epoch(5, nil),
    ]
    let measure = Measure.hitRatio(at: 2)
    func chosen(_ epochs: [EpochReport], _ choice: Choice) -> Int? {
      epochs.chosen(choice, by: measure, topK: 2)?.epoch
    }
    #expect(chosen(epochs, .best) == 3 && chosen(epochs, .bestOnTest) == 2 && chosen(epochs, .last) == 4)
    let unvalidated = [epoch(1, 0.5), epoch(2, 0.7), epoch(3, 0.7)]
    #expect(chosen(unvalidated, .best) == 2 && chosen([], .best) == nil && chosen([epoch(1, nil)], .last) == nil)
    let validated = results([trial(1, epochs)])
    #expect(validated.isValidated && validated.choices == [.best, .bestOnTest, .last])
    #expect(validated.estimate(1, .best, measure)?.mean == 0.6)
    #expect(validated.estimate(1, validated.validation)?.mean == 0.6)
    #expect(!results([trial(1, unvalidated)]).isValidated)
  }

  @Test func theBestOfErrorsIsTheLowest() {
    func epoch(_ number: Int, _ rmse: Double) -> EpochReport {
      EpochReport(
        epoch: number, loss: 0, errors: RatingMeasures(mae: 1 - rmse, rmse: rmse, r2: nil), samples: 1,
        trainingSeconds: 1)
    }
    var plan = TrainingPlan()
    (plan.objective, plan.negatives) = (.rating, 0)
    let results = SweepResults(
      SweepPreset.ratings.design, plan: plan,
      trials: [trial(0, [epoch(1, 0.9), epoch(2, 0.8), epoch(3, 0.95)])])
    #expect(results.measures.map(\.name) == ["RMSE", "MAE", "R2"])
    #expect(results.estimate(0, .best, results.measures[0])?.mean == 0.8)
    #expect(results.estimate(0, .best, results.measures[2]) == nil)
    let plots = SweepPlots(results).all
    #expect(plots.contains { $0.file == "ratings-multiplications-bars.svg" && $0.svg.contains(">10</text>") })
    let table = SweepTable(results, choices: [.best])
    #expect(table.head.contains("RMSE"))
    #expect(table.head.contains("multiplications per prediction") && table.rows[0].contains("10"))
    #expect(SweepTable.csv(ofArms: results).split(separator: "\n")[0].hasSuffix("multiplications per prediction"))
  }

  @Test func differencesArePairedBySeed() throws {
    let results = results([
      trial(1, seed: 1, [epoch(1, 0.5)]), trial(1, seed: 2, [epoch(1, 0.9)]), trial(2, seed: 2, [epoch(1, 0.8)]),
      trial(2, seed: 1, [epoch(1, 0.6)]), trial(2, seed: 3, [epoch(1, 0.1)]),
    ])
    let found = try #require(results.difference(2, to: 1, .best, .hitRatio(at: 2)))
    #expect(found.count == 2 && abs(found.mean) < 1e-12)
    #expect(abs(try #require(found.standardError) - 0.1) < 1e-12)
    let table = try #require(SweepTable(differencesOf: results))
    #expect(table.rows.map { $0[0] } == ["popularity", "c"] && table.rows[0].suffix(4) == ["-", "-", "-", "-"])
    #expect(table.head.suffix(2) == ["HR@2, last epoch", "NDCG@2, last epoch"])
    let lines = SweepTable.csv(ofArms: results).split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines[0].contains("\"HR@2, last epoch, difference\",\"HR@2, last epoch, difference, standard error\""))
    #expect(lines[1].hasSuffix(",,,,,,,,") && lines[2].hasSuffix(",0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0"), "\(lines)")
  }

  @Test func aGridIsListedByWhatItReachedOnValidation() {
    let low = epoch(1, 0.9, validation: 0.1)
    let high = epoch(1, 0.2, validation: 0.5)
    #expect(results(ranked: true, [trial(1, [low]), trial(2, [high])]).order == [2, 1, 0])
    #expect(results(ranked: true, [trial(1, [epoch(1, 0.9)]), trial(2, [epoch(1, 0.2)])]).order == [1, 2, 0])
    #expect(results([trial(1, [low]), trial(2, [high])]).order == [0, 1, 2])
  }

  @Test func tablesHaveMeansErrorsAndWhatIsMissing() {
    let results = results([
      trial(0, seed: nil, [epoch(1, 0.4)]), trial(1, seed: 1, [epoch(1, 0.5), epoch(2, 0.4)]),
      trial(1, seed: 2, [epoch(1, 0.7), epoch(2, 0.8)]),
    ])
    let lines = SweepTable(results, choices: results.choices).markdown.split(separator: "\n")
    #expect(lines.count == 5 && lines[0].contains("HR@2, best epoch on test | NDCG@2, best epoch on test | HR@2, last"))
    #expect(lines[1].hasPrefix("| --- | --- | ---: |"), "what tells arms apart is words")
    #expect(lines[2].hasPrefix("| popularity | 0 | - | 0.4000 | 0.2000 | 0.4000"), "\(lines[2])")
    #expect(lines[3].hasPrefix("| a, b | 8 | 2 | 0.6500 ± 0.1500 | 0.3250 ± 0.0750 | 0.6000 ± 0.2000"), "\(lines[3])")
    #expect(lines[3].hasSuffix("| 4.0 ± 0.0 | 50 |") && lines[4].hasPrefix("| c | 8 | 0 | - | -"), "\(lines[3])")
    let arms = SweepTable.csv(ofArms: results).split(separator: "\n")
    #expect(arms.count == 4 && arms[2].hasPrefix("\"a, b\",8,2,0.65,0.15"), "\(arms[2])")
    #expect(arms[3].hasPrefix("c,8,0,,,"))
    let width = arms[0].split(separator: ",", omittingEmptySubsequences: false).count
    #expect(arms[3].split(separator: ",", omittingEmptySubsequences: false).count < width, "headings have commas, too")
    let trials = SweepTable.csv(ofTrials: results).split(separator: "\n")
    #expect(trials.count == 4 && trials[3].hasPrefix("\"a, b\",8,2,2,0.8,0.4,2,0.8,0.4,4.0"), "\(trials[3])")
    #expect(trials[3].hasSuffix("trials/1-seed-2,ab"))
  }

  @Test func thePageIsWellFormedWhateverThereIs() throws {
    let summary = try data()
    let schedule = try SweepSchedule(
      SweepPreset.models.design, TrainingOptions.parse([]), seeds: [1, 2], folder: "out",
      interactions: 1_000_000)
    let failure = SweepRunner.Failure(job: "c-seed-1", reason: "ended <badly>", log: "out/log/c.log")
    let some = [
      trial(0, seed: nil, [epoch(1, 0.4)]), trial(1, seed: 1, [epoch(1, 0.5), epoch(2, nil)]),
      trial(1, seed: 2, [epoch(1, 0.7), epoch(2, 0.8)]), trial(2, [epoch(1, 0.1)]),
    ]
    for trials in [[], Array(some[..<1]), some] {
      let found = results(trials)
      let report = SweepReport(
        results: found, schedule: schedule, failures: [failure], data: "data", summary: summary)
      let plots = SweepPlots(found).all
      #expect(plots.count == (trials.isEmpty ? 0 : 2 + 3 + 2 + 2 + 1 + 2))
      #expect(Set(plots.map(\.file)).count == plots.count)
      let html = report.html(plots.map(\.svg))
      #expect(!html.contains("nan") && !html.contains("http") && !html.contains("<badly>"))
      #expect(html.contains("A &lt;test&gt;") && html.contains("out/log/c.log"))
      for text in [html] + plots.map({ ChartStyle.file($0.svg) }) {
        let tags = [
          "svg", "table", "tr", "td", "th", "text", "body", "html", "p", "h2", "h3", "div", "defs", "pattern",
        ]
        for tag in tags {
          let opened = text.components(separatedBy: "<\(tag)>").count + text.components(separatedBy: "<\(tag) ").count
          #expect(opened - 1 == text.components(separatedBy: "</\(tag)>").count, "\(tag)")
        }
      }
      let markdown = report.markdown(plots.map(\.file))
      #expect(markdown.contains("- c-seed-1: ended <badly>; log: `out/log/c.log`"))
      #expect(markdown.components(separatedBy: "![").count - 1 == plots.count)
    }
  }

  @Test func predictionsCostWhatTheirLayersMultiply() {
    func count(_ model: ModelKind, _ layers: [Int]) -> Int {
      NetworkShape(model: model, factors: 8, layers: layers, activation: .prelu).multiplicationsPerPrediction
    }
    #expect(count(.mf, []) == 8 && count(.gmf, []) == 16)
    #expect(count(.mlp, [64, 32, 16, 8]) == 64 * 32 + 32 * 16 + 16 * 8 + 8 && count(.mlp, [8]) == 8)
    #expect(count(.neumf, [64, 32]) == 16 + 64 * 32 + 32)
  }

  private func data() throws -> DatasetSummary {
    let small = try SmallRun()
    return try PreparedDataset(folder: small.data).summary
  }
}
