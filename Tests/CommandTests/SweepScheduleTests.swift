import ArgumentParser
import Plan
import Testing

@testable import neumf

/// What a sweep trains.
struct SweepScheduleTests {
  private func schedule(
    _ preset: SweepPreset, _ options: [String] = [], seeds: [UInt64] = [1], interactions: Int = 1_000_000
  ) throws -> SweepSchedule {
    try SweepSchedule(
      preset.design, TrainingOptions.parse(options), seeds: seeds, folder: "out/trials", interactions: interactions)
  }

  private func schedule(grid: String, _ options: [String] = []) throws -> SweepSchedule {
    try SweepSchedule(
      SweepDesign(grid: grid), TrainingOptions.parse(options), seeds: [1], folder: "out/trials", interactions: 50_000)
  }

  @Test(arguments: [
    (SweepPreset.models, 6, 5), (.factors, 8, 16), (.layers, 20, 20), (.negatives, 10, 10), (.topK, 5, 4),
    (.activations, 5, 5), (.consistency, 12, 12), (.ratings, 4, 4), (.netflix, 4, 4),
  ]) func presetsAreTablesOfPlansThatCanBeTrained(_ preset: SweepPreset, _ arms: Int, _ jobs: Int) throws {
    let schedule = try schedule(preset)
    #expect(schedule.trials.count == arms && schedule.jobs.count == jobs)
    #expect(Set(schedule.jobs.map(\.name)).count == jobs)
    let plain = schedule.jobs.allSatisfy { $0.name.allSatisfy { $0.isLetter || $0.isNumber || "-.".contains($0) } }
    #expect(plain, "\(schedule.jobs.map(\.name))")
    for job in schedule.jobs { try job.plan.validate() }
    let design = preset.design
    #expect(design.arms.allSatisfy { $0.values.count == design.axes.count })
    #expect(Set(design.arms.map(\.label)).count == arms)
  }

  @Test func everySeedIsATrialOfItsOwnButPopularityHasNone() throws {
    let schedule = try schedule(.models, seeds: [3, 9])
    #expect(schedule.trials.count == 1 + 5 * 2)
    #expect(schedule.trials.filter { $0.job == nil }.map(\.seed) == [nil])
    #expect(schedule.jobs.map(\.plan.seed) == [3, 9, 3, 9, 3, 9, 3, 9, 3, 9])
  }

  @Test func stagesWithThePlanOfATrialAreThatTrial() throws {
    let shared = try schedule(.models, ["--epochs", "3", "--learning-rate", "0.01"])
    let last = try #require(shared.jobs.last)
    #expect(last.needs == ["gmf-seed-1", "mlp-seed-1"])
    #expect(last.plan.pretrainedGMF == "out/trials/gmf-seed-1" && last.plan.pretrainedMLP == "out/trials/mlp-seed-1")
    #expect(last.plan.pretraining == nil && last.plan.epochs == 3)
    #expect(last.plan.learningRate == TrainingPlan.usual(tunes: .gmf).learningRate, "that of the stages is theirs")
    // Stages that are trained for longer are not the trials of the table.
    let apart = try schedule(.models, ["--epochs", "3", "--pretrain-epochs", "5"])
    #expect(apart.jobs.count == 7)
    #expect(apart.jobs.filter { $0.name.hasSuffix("-stage") }.map(\.plan.epochs) == [5, 5])
    for schedule in [shared, apart] {
      for (index, job) in schedule.jobs.enumerated() {
        #expect(job.needs.allSatisfy { need in schedule.jobs[..<index].contains { $0.name == need } })
      }
    }
  }

  @Test func towersAreThoseOfThePaper() throws {
    let layers = try schedule(.layers).jobs
    #expect(layers.first { $0.name == "8-mlp-0-seed-1" }?.plan.layers == [8])
    #expect(layers.first { $0.name == "64-mlp-4-seed-1" }?.plan.layers == [1024, 512, 256, 128, 64])
    #expect(try schedule(.factors).jobs.first { $0.name == "16-random-seed-1" }?.plan.layers == [128, 64, 32, 16])
    #expect(try schedule(.netflix).jobs.allSatisfy { $0.plan.biases && $0.plan.factors == 16 && $0.plan.topK == 10 })
    #expect(try schedule(.netflix, ["--factors", "4"]).jobs.allSatisfy { $0.plan.factors == 4 })
    for plan in try schedule(.ratings).jobs.map(\.plan) {
      let usual = TrainingPlan.usual(plan.model, .rating)
      #expect(plan.l2Users == usual.l2Users && plan.biases == usual.biases, "\(plan.model)")
    }
    #expect(try schedule(.ratings, ["--l2", "0.1"]).jobs.allSatisfy { $0.plan.l2 == 0.1 })
    // A tower without a hidden layer has nothing to drop.
    #expect(try schedule(.layers, ["--dropout", "0.2"]).jobs.map(\.plan.dropout).min() == 0)
  }

  @Test(arguments: [
    (SweepPreset.models, ["--model", "mlp"], "--model"), (.negatives, ["--negatives", "3"], "--negatives"),
    (.consistency, ["--workers", "3"], "--workers"), (.ratings, ["--objective", "implicit"], "--objective"),
    (.layers, ["--layers", "8,4"], "--layers"), (.negatives, ["--pretrain-epochs", "3"], "--pretrain-epochs"),
    (.activations, ["--factors", "0"], "--factors"), (.models, ["--pretrain"], "--pretrain"),
  ]) func whatASweepVariesCannotBeSet(_ preset: SweepPreset, _ options: [String], _ name: String) throws {
    let failure = #expect(throws: CommandFailure.self) { try schedule(preset, options) }
    #expect(failure?.status == .usage)
    #expect(failure?.message.contains("\(name):") == true, "\(String(describing: failure))")
  }

  @Test func optionsReachEveryTrial() throws {
    let jobs = try schedule(.negatives, ["--model", "gmf", "--epochs", "2", "--validation", "--servers", "3"]).jobs
    #expect(jobs.allSatisfy { $0.plan.model == .gmf && $0.plan.validation && $0.plan.cluster.servers == 3 })
    #expect(jobs.map(\.plan.negatives) == Array(1...10))
    // One experiment has batches of one size, however short one negative makes an epoch.
    let compared = try schedule(.negatives, interactions: 50_000).jobs.map(\.plan)
    #expect(compared.allSatisfy { $0.batchSize == 2048 && $0.learningRate == 0.02 })
    let said = try schedule(.negatives, ["--batch-size", "512"]).jobs.map(\.plan)
    #expect(said.allSatisfy { $0.batchSize == 512 && $0.learningRate == 0.0025 })
  }

  @Test func everyModelIsTrainedAsIsUsualForIt() throws {
    let jobs = try schedule(.models, ["--l2-items", "0.5"]).jobs
    for (job, model) in zip(jobs, [ModelKind.mf, .gmf, .mlp, .neumf]) {
      let usual = TrainingPlan.usual(model)
      #expect(job.plan.batchSize == usual.batchSize && job.plan.epochs == usual.epochs, "\(model)")
      #expect(job.plan.l2Users == usual.l2Users && job.plan.l2Items == 0.5, "\(model)")
    }
    // Little data is taken in small batches, but for those that somebody chose.
    #expect(try schedule(.models, interactions: 50_000).jobs.map(\.plan.batchSize).max() == 2048)
    let chosen = try schedule(grid: "batch-size=8192,32768").jobs.map(\.plan)
    #expect(chosen.map(\.batchSize) == [8192, 32_768] && chosen.map(\.learningRate) == [0.01, 0.02])
    let tuned = try schedule(.models, interactions: 50_000).jobs.map(\.plan)
    #expect(tuned.last?.batchSize == 2048 && tuned.last?.learningRate == 0.02)
    let wide = try schedule(.factors, ["--learning-rate", "0.02", "--optimizer", "adagrad"]).jobs.map(\.plan)
    #expect(wide.last?.learningRate == 0.01 && wide.last?.optimizer == .sgd)
    #expect(wide.dropLast().last?.learningRate == 0.02 && wide.dropLast().last?.optimizer == .adagrad)
    // Where nobody waits, every arm has the batches that `train` takes there.
    #expect(try schedule(.consistency).jobs.allSatisfy { $0.plan.batchSize == 512 && $0.plan.learningRate == 0.0025 })
    #expect(try schedule(grid: "factors=8,16").jobs.map(\.plan.batchSize) == [2048, 2048])
    #expect(try schedule(grid: "biases=yes,no").jobs.map(\.plan.biases) == [true, false])
  }

  /// A report that says of MF how NeuMF was trained is worse than one that says nothing.
  @Test func theReportSaysHowEachModelWasTrained() throws {
    let models = try schedule(.models, interactions: 50_000)
    #expect(models.common.training.starts(with: ["lazy-adam", "rate 0.023", "decay 0.88", "batch 1,024"]))
    let arms = models.trials.indices.map(models.training)
    #expect(arms[1].isEmpty && arms[5].contains("rate 0.02") && arms[5].contains("11 epochs"))
    #expect(arms[4] == ["rate 0.02", "decay 0.9", "batch 2,048", "averaging 0.6"])
    let layers = try schedule(.layers)
    for (index, job) in layers.jobs.enumerated() {
      #expect(layers.training(of: index).contains("rate 0.015") == (job.plan.layers[0] >= 512), "\(job.name)")
    }
    #expect(try schedule(grid: "batch-size=8192,32768").training(of: 1).contains("batch 32,768"))
  }

  @Test func aGridIsEveryCombination() throws {
    let jobs = try schedule(grid: "factors=8,16 layers=64-8,16 pretrain=no", ["--learning-rate", "0.01"]).jobs
    #expect(jobs.map(\.plan.factors) == [8, 8, 16, 16])
    #expect(jobs.map(\.plan.layers) == [[64, 8], [16], [64, 8], [16]])
    #expect(jobs.allSatisfy { $0.plan.learningRate == 0.01 })
    #expect(try SweepDesign(grid: "factors=8,16").isRanked)
  }

  @Test(arguments: ["", "factors", "factors=", "factors=8,,9", "factors=8 factors=9", "factors=8,8", "seed=1,2", "=3"])
  func gridsThatAreNoneAreRefused(_ text: String) throws {
    let failure = #expect(throws: CommandFailure.self) { try SweepDesign(grid: text) }
    #expect(failure?.status == .usage && failure?.message.hasPrefix("--grid:") == true)
  }

  @Test(arguments: ["colour=red", "factors=many", "negatives=4000", "learning-rate=0,1"])
  func gridsOfWhatCannotBeTrainedAreRefused(_ text: String) throws {
    let failure = #expect(throws: CommandFailure.self) { try schedule(grid: text) }
    #expect(failure?.status == .usage)
    #expect(failure?.message.contains("sweep grid") == true, "\(String(describing: failure))")
  }

  @Test func unknownSweepsAreRefusedByName() throws {
    func failure(_ arguments: [String]) throws -> CommandFailure? {
      let command = try SweepCommand.parse(arguments + ["--data", "d", "--output", "o"])
      return #expect(throws: CommandFailure.self) { try command.design() }
    }
    #expect(try failure(["modles"])?.message == "modles: no such sweep")
    #expect(try failure([])?.hint?.contains("models, factors") == true)
    #expect(try failure(["models", "--grid", "factors=8"])?.message.contains("--grid") == true)
    #expect(throws: (any Error).self) { try SweepCommand.parse(["models", "--seeds", "1,1"] + ["--data", "d"]) }
  }

  @Test func theTimeLeftFollowsFromTheTimeTaken() {
    var forecast = SweepForecast(total: 100)
    #expect(forecast.left == nil)
    forecast.finish(20, trained: 10, in: 5)
    #expect(forecast.left == 40)
    forecast.skip(30)
    #expect(forecast.left == 25)
  }
}
