import ArgumentParser
import Foundation
import Plan
import Telemetry

/// The trainings that a sweep's arms need for each seed, in an order in which each finds what it begins from. Equal
/// plans are one training, whoever needs it.
struct SweepSchedule {
  /// A training, in a RUN folder of its name.
  struct Job: Equatable {
    let name: String
    /// What it begins from is named by RUN folder.
    let plan: TrainingPlan
    /// The jobs that it begins from.
    let needs: [String]

    /// What time it takes, in proportion: samples seen per interaction.
    var cost: Double { Double(plan.epochs * (1 + plan.negatives)) }
  }

  /// An arm with a seed.
  struct Trial: Equatable {
    let arm: Int
    /// Nil where no chance is involved.
    let seed: UInt64?
    /// The job that trains it; nil where nothing is trained.
    let job: String?
  }

  private(set) var jobs: [Job] = []
  private(set) var trials: [Trial] = []
  /// What the report says of all arms but where they differ: how the first one is trained.
  private(set) var common: TrainingPlan

  /// - Parameters:
  ///   - training: the command line's; what an arm sets itself cannot be set there
  ///   - folder: where the RUN folders are
  ///   - interactions: how many there are to train on
  /// - Throws: `CommandFailure` for a plan that cannot be trained
  init(
    _ design: SweepDesign, _ training: TrainingOptions, seeds: [UInt64], folder: String, interactions: Int
  ) throws {
    let defaults = try TrainingOptions.parse(design.defaults)
    var start = try defaults.applied(to: .usual())
    if let path = training.plan { start = try TrainingOptions.read(path) }
    var own = training
    own.plan = nil
    let given = own
    own.forgetPretraining()
    common = try own.applied(to: start)
    let said = Chosen(training.plan == nil ? [defaults, own] : nil)
    common.fit(to: interactions, keepsBatch: said.batch, keepsRate: said.rate)
    for (index, arm) in design.arms.enumerated() {
      guard case .training(let options) = arm.subject else {
        trials.append(Trial(arm: index, seed: nil, job: nil))
        continue
      }
      let plans: [Plans]
      do {
        let arm = try Self.parsed(options)
        var start = start
        var chosen = Chosen(training.plan == nil ? [defaults, given, arm] : nil)
        if arm.negatives != nil {
          // They alone differ, though they make an epoch longer.
          (start.batchSize, start.learningRate) = (common.batchSize, common.learningRate)
          chosen = Chosen(nil)
        }
        plans = try seeds.map { seed in
          try Plans(start, arm, given, seed: seed, fitting: interactions, chosen)
        }
      } catch let failure as CommandFailure {
        let message = "sweep \(design.name), \(arm.label): \(failure.message)"
        throw CommandFailure(failure.status, message, hint: failure.hint)
      }
      for (seed, plans) in zip(seeds, plans) {
        let name = Self.name(arm.values, seed: seed)
        let stages = plans.stages.map { job("\(name)-\($0.model.rawValue)-stage", $0, needs: []) }
        var plan = plans.whole
        if stages.count == 2 {
          plan.pretrainedGMF = "\(folder)/\(stages[0])"
          plan.pretrainedMLP = "\(folder)/\(stages[1])"
        }
        trials.append(Trial(arm: index, seed: seed, job: job(name, plan, needs: stages)))
      }
    }
    if let first = jobs.first { common = first.plan }
    guard !plansPretraining else { return }
    if let option = given.pretrainingOption {
      throw CommandFailure(
        .usage, "--\(option): nothing is pre-trained", hint: "goes with a sweep that does, or --pretrain")
    }
  }

  private static func parsed(_ options: [String]) throws -> TrainingOptions {
    do { return try TrainingOptions.parse(options) } catch {
      throw CommandFailure(.usage, TrainingOptions.message(for: error), hint: "neumf train --help lists the options")
    }
  }

  private var plansPretraining: Bool { jobs.contains { !$0.needs.isEmpty } }

  /// How an arm's models are trained that others are not.
  func training(of arm: Int) -> [String] {
    let name = trials.first { $0.arm == arm }?.job
    let usual = common.training
    return jobs.first { $0.name == name }?.plan.training.filter { !usual.contains($0) } ?? []
  }

  /// The job of a plan: one that is there already, or a new one of that name.
  private mutating func job(_ name: String, _ plan: TrainingPlan, needs: [String]) -> String {
    if let same = jobs.first(where: { $0.plan == plan }) { return same.name }
    jobs.append(Job(name: name, plan: plan, needs: needs))
    return name
  }

  /// A folder's name: `neumf-pre-trained-seed-1`.
  private static func name(_ values: [String], seed: UInt64) -> String {
    var text = ""
    for character in values.joined(separator: "-").lowercased() + "-seed-\(seed)" {
      let isPlain = character.isASCII && (character.isLetter || character.isNumber || character == ".")
      if isPlain { text.append(character) } else if text.last != "-" { text.append("-") }
    }
    return text
  }
}

/// Whether somebody said how large the batches are, and how long the steps.
private struct Chosen {
  let batch: Bool
  let rate: Bool

  /// - Parameter options: nil where a plan file says both
  init(_ options: [TrainingOptions]?) {
    batch = options?.contains { $0.batchSize != nil } ?? true
    rate = options?.contains { $0.learningRate != nil } ?? true
  }
}

/// An arm's training, and those that come before it.
private struct Plans {
  let whole: TrainingPlan
  let stages: [TrainingPlan]

  /// - Throws: `CommandFailure` where the command line contradicts the arm, or the plan cannot be trained
  init(
    _ start: TrainingPlan, _ arm: TrainingOptions, _ given: TrainingOptions, seed: UInt64, fitting interactions: Int,
    _ chosen: Chosen
  ) throws {
    var plan = try arm.applied(to: start)
    var own = given
    if plan.pretraining == nil, !own.pretrain { own.forgetPretraining() }
    // Those are the stages'.
    if arm.pretrain { (own.optimizer, own.learningRate) = (nil, nil) }
    let isSpared = own.learningRate != given.learningRate && arm.learningRate == nil
    plan = try own.applied(to: plan)
    if let option = try Self.difference(plan, arm.applied(to: plan)) {
      throw CommandFailure(.usage, "--\(option): the sweep sets it itself", hint: "leave it out")
    }
    plan.seed = seed
    if plan.shape.hidden.isEmpty { plan.dropout = 0 }
    if plan.pretraining != nil {
      // What the command line does not say of them, they have in common with the arms that begin anew.
      plan.pretraining?.epochs = given.pretrainEpochs ?? given.epochs
      plan.pretraining?.optimizer = given.pretrainOptimizer ?? given.optimizer ?? .lazyAdam
      plan.pretraining?.learningRate = given.pretrainLearningRate ?? given.learningRate
    }
    try Self.check(plan)
    plan.fit(to: interactions, keepsBatch: chosen.batch, keepsRate: chosen.rate && !isSpared)
    stages = plan.pretraining?.models.map { plan.stage($0, of: interactions) } ?? []
    plan.pretraining = nil
    try Self.check(plan)
    whole = plan
  }

  private static func check(_ plan: TrainingPlan) throws(CommandFailure) {
    do throws(PlanError) { try plan.validate() } catch {
      throw CommandFailure(.usage, "--\(error.field): \(error.problem)", hint: error.hint)
    }
  }

  /// The option in which two plans differ; nil for equal ones.
  private static func difference(_ one: TrainingPlan, _ other: TrainingPlan) throws -> String? {
    let fields = try one.fieldsUnlike(other)
    // Others follow these two.
    return fields.first { $0 == "model" || $0 == "objective" } ?? fields.first
  }
}

extension TrainingPlan {
  /// What weights are changed by, and how often.
  var training: [String] {
    let rows = [("users", l2Users), ("items", l2Items)].compactMap { name, l2 in
      l2.map { "λ \(Amount.decimal($0)) for \(name)" }
    }
    return [
      optimizer.rawValue, "rate \(Amount.decimal(learningRate))", "decay \(Amount.decimal(learningRateDecay))",
      "batch \(Amount.count(batchSize))", "λ \(Amount.decimal(l2))",
    ] + rows + ["averaging \(Amount.decimal(averaging))", Amount.of(epochs, "epoch")]
  }

  /// The fields that differ in another plan, as the command line names them.
  func fieldsUnlike(_ other: TrainingPlan) throws -> [String] {
    func fields(_ plan: TrainingPlan) throws -> [String: NSObject] {
      var fields: [String: NSObject] = [:]
      func add(_ value: Any) {
        for (key, value) in value as? [String: Any] ?? [:] {
          if key == "cluster" { add(value) } else { fields[key] = value as? NSObject }
        }
      }
      add(try JSONSerialization.jsonObject(with: JSONEncoder().encode(plan)))
      return fields
    }
    let (mine, others) = (try fields(self), try fields(other))
    return Set(mine.keys).union(others.keys).filter { mine[$0] != others[$0] }.map(Self.optionName).sorted()
  }

  /// `batchSize` is `batch-size`.
  private static func optionName(_ field: String) -> String {
    if field == "pretraining" { return "pretrain" }
    if field.hasPrefix("pretrained") { return "pretrained-\(field.dropFirst(10).lowercased())" }
    return field.reduce(into: "") { text, letter in
      text += letter.isUppercase ? "-\(letter.lowercased())" : String(letter)
    }
  }
}

extension TrainingOptions {
  /// How the stages are trained does not concern a plan without them.
  mutating func forgetPretraining() {
    pretrainProduct = nil
    pretrainEpochs = nil
    pretrainOptimizer = nil
    pretrainLearningRate = nil
  }

  /// The first of those options that was given.
  var pretrainingOption: String? {
    let given = [
      ("pretrain-epochs", pretrainEpochs != nil), ("pretrain-optimizer", pretrainOptimizer != nil),
      ("pretrain-learning-rate", pretrainLearningRate != nil), ("pretrain-product", pretrainProduct != nil),
    ]
    return given.first { $0.1 }?.0
  }
}
