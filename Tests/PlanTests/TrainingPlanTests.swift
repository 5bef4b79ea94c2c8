import Foundation
import Plan
import Testing

@Suite struct TrainingPlanTests {
  @Test func survivesJSON() throws {
    var plan = TrainingPlan()
    plan.model = .mlp
    plan.layers = [32, 16]
    plan.consistency = .ssp(4)
    plan.wire = .fp16
    plan.optimizer = .sgd
    plan.momentum = 0.9
    plan.validation = true
    plan.activation = .leakyReLU
    plan.dropout = 0.25
    plan.biases = true
    plan.l2Items = 0.25
    plan.pretrainedGMF = "runs/g"
    plan.pretrainedMLP = "runs/m"
    plan.pretrainAlpha = 0.25
    plan.pretraining = PretrainingPlan()
    plan.pretraining?.epochs = 7
    plan.cluster = ClusterShape(workers: 3, servers: 2, backups: 1)
    #expect(try JSONDecoder().decode(TrainingPlan.self, from: JSONEncoder().encode(plan)) == plan)
  }

  @Test func absentFieldsKeepTheirDefaults() throws {
    let plan = try JSONDecoder().decode(TrainingPlan.self, from: Data(#"{"factors": 16, "consistency": "async"}"#.utf8))
    #expect(plan.factors == 16 && plan.consistency == .async && plan.batchSize == TrainingPlan.usual().batchSize)
    let mf = try JSONDecoder().decode(TrainingPlan.self, from: Data(#"{"model": "mf", "l2": 0.5}"#.utf8))
    // One λ for all, unless the others are named.
    #expect(mf.batchSize == TrainingPlan.usual(.mf).batchSize && mf.l2 == 0.5 && mf.l2Users == nil && mf.l2Items == nil)
  }

  @Test func plansFromBeforeThereWereBackupsHaveNone() throws {
    let text = #"{"cluster": {"workers": 3, "servers": 2}}"#
    let plan = try JSONDecoder().decode(TrainingPlan.self, from: Data(text.utf8))
    #expect(plan.cluster == ClusterShape(workers: 3, servers: 2) && plan.cluster.serverProcesses == 2)
  }

  @Test func ratingsHaveAUsualPlanOfTheirOwn() throws {
    let few = TrainingPlan.usual(.mf, .rating, factors: 8)
    let many = TrainingPlan.usual(.mf, .rating, factors: 32)
    #expect(few.learningRate == 0.0028 && many.learningRate == 0.0014 && few.l2Users == 0.014)
    #expect(TrainingPlan.usual(.neumf, .rating).biases && !few.biases, "an mf has them in any case")
    var plan = TrainingPlan.usual(.mf)
    plan.learningRate = 0.5
    plan.change(to: .neumf, .rating, tunes: .gmf)
    var expected = TrainingPlan.usual(.neumf, .rating, tunes: .gmf)
    #expect(expected.optimizer == .sgd && expected.epochs == 1)
    expected.learningRate = 0.5
    #expect(plan == expected, "what somebody chose stays")
  }

  @Test func ratingsHaveNoNegativesUnlessTheyAreAskedFor() throws {
    let plan = try JSONDecoder().decode(TrainingPlan.self, from: Data(#"{"objective": "rating"}"#.utf8))
    #expect(plan.negatives == 0 && plan.positivesPerStep == plan.batchSize)
    try plan.validate()
  }

  @Test func aStageDiffersFromTheWholeWhereItMust() throws {
    var plan = TrainingPlan.usual(tunes: .gmf)
    (plan.optimizer, plan.momentum, plan.learningRate) = (.sgd, 0.9, 0.5)
    (plan.dropout, plan.factors, plan.seed) = (0.2, 16, 9)
    plan.pretraining = PretrainingPlan()
    plan.pretraining?.epochs = 3
    #expect(plan.biases && !TrainingPlan.usual(.mlp).biases, "a part need not have them")
    (plan.pretrainedGMF, plan.pretrainedMLP) = ("g", "m")
    try plan.validate()
    var expected = TrainingPlan.usual(.gmf)
    (expected.factors, expected.seed, expected.epochs) = (16, 9, 3)
    #expect(plan.stage(.gmf, of: 994_169) == expected)
    expected = .usual(.mlp)
    (expected.factors, expected.seed, expected.epochs, expected.dropout) = (16, 9, 3, 0.2)
    #expect(plan.stage(.mlp, of: 994_169) == expected)
  }

  @Test func theProductMayBeAnMF() throws {
    let layers = [512, 256, 128, 64]
    var plan = TrainingPlan.usual(factors: 256, layers: layers, tunes: .mf)
    plan.pretraining = PretrainingPlan(product: .mf)
    try plan.validate()
    #expect(plan.pretraining?.models == [.mf, .mlp] && plan.stage(.mf, of: 994_169).learningRate == 0.004)
    #expect(plan.stage(.mf, of: 994_169).l2Users == TrainingPlan.usual(.mf).l2Users)
    #expect(plan.stage(.mf, of: 994_169).initialDeviation < TrainingPlan.usual(.mf).initialDeviation)
    #expect(plan.stage(.mlp, of: 994_169).initialDeviation == plan.initialDeviation)
    #expect(plan.biases && !plan.stage(.mlp, of: 994_169).biases)
    #expect(plan.pretrainAlpha > TrainingPlan.usual(layers: layers, tunes: .gmf).pretrainAlpha)
    let file = #"{"factors": 256, "layers": [512, 256, 128, 64], "pretraining": {"product": "mf"}}"#
    #expect(try JSONDecoder().decode(TrainingPlan.self, from: Data(file.utf8)) == plan)
    for change in [{ $0.biases = false }, { $0.pretraining?.product = .mlp }] as [(inout TrainingPlan) -> Void] {
      var unfit = plan
      change(&unfit)
      let error = #expect(throws: PlanError.self) { try unfit.validate() }
      #expect(error?.field == "pretrain-product")
    }
  }

  @Test func whatIsAsUsualFollowsTheModel() throws {
    var plan = TrainingPlan.usual()
    plan.l2Items = 0.25
    plan.change(to: .mf, .implicit, tunes: nil)
    var expected = TrainingPlan.usual(.mf)
    expected.l2Items = 0.25
    #expect(plan == expected)
    plan.change(to: .mf, .rating, tunes: nil)
    expected = .usual(.mf, .rating)
    expected.l2Items = 0.25
    #expect(plan == expected && plan.negatives == 0)
  }

  @Test func whatIsAsUsualFollowsTheTower() throws {
    let (narrow, wide) = (TrainingPlan.usual(), TrainingPlan.usual(layers: [512, 256, 128, 64]))
    #expect(TrainingPlan.usual(.mlp, layers: wide.layers).learningRate < TrainingPlan.usual(.mlp).learningRate)
    let tuned = TrainingPlan.usual(layers: wide.layers, tunes: .gmf)
    #expect(tuned.pretrainAlpha > TrainingPlan.usual(tunes: .gmf).pretrainAlpha)
    #expect(wide.learningRate < narrow.learningRate && wide.l2Users! > narrow.l2Users!)
    var plan = narrow
    plan.change(to: .neumf, .implicit, factors: 64, layers: wide.layers, tunes: nil)
    plan.factors = narrow.factors
    #expect(plan == wide)
    let file = try JSONDecoder().decode(TrainingPlan.self, from: Data(#"{"layers": [512, 256, 128, 64]}"#.utf8))
    #expect(file == wide)
  }

  /// Its batches are large only where it has the data for it, which the whole's need not tell.
  @Test func aStageOfLittleDataHasBatchesOfItsOwn() {
    var plan = TrainingPlan.usual(tunes: .gmf)
    plan.pretraining = PretrainingPlan()
    plan.fit(to: 100_000)
    var alone = TrainingPlan.usual(.gmf)
    alone.fit(to: 100_000)
    #expect(plan.batchSize == 2048 && alone.batchSize == 4096 && plan.stage(.gmf, of: 100_000) == alone)
    plan.batchSize = 512
    let small = plan.stage(.gmf, of: 100_000)
    #expect(small.batchSize == 512 && small.learningRate < alone.learningRate)
  }

  @Test(arguments: [
    (TrainingPlan.usual(), 994_169, 32_768, 0.02), (.usual(), 100_000, 2048, 0.02), (.usual(), 100, 512, 0.02),
    (.usual(.mf), 994_169, 4096, 0.023),
    (.usual(.mf, factors: 256), 994_169, 4096, 0.004), (.usual(.gmf), 994_169, 65_536, 0.03),
    (.usual(.mf, .rating), 100, 512, 0.0028),
  ]) func littleDataIsTakenInSmallBatches(_ plan: TrainingPlan, _ interactions: Int, _ batch: Int, _ rate: Double) {
    var plan = plan
    plan.fit(to: interactions)
    #expect(plan.batchSize == batch && plan.learningRate == rate)
  }

  @Test func whatSomebodyChoseIsKept() {
    var plan = TrainingPlan.usual()
    plan.fit(to: 100, keepsBatch: true)
    #expect(plan.batchSize == 32_768 && plan.learningRate == 0.02)
    plan.batchSize = 8192
    plan.fit(to: 100, keepsBatch: true)
    #expect(plan.batchSize == 8192 && plan.learningRate == 0.01)
    plan.fit(to: 100_000, keepsRate: true)
    #expect(plan.batchSize == 2048 && plan.learningRate == 0.01)
  }

  @Test func workersThatDoNotWaitTakeSmallBatches() {
    var plan = TrainingPlan.usual()
    plan.consistency = .async
    plan.fit(to: 994_169)
    #expect(plan.batchSize == 512 && plan.learningRate == 0.0025)
  }

  /// Partial sums are never rounded.
  @Test func gradientsTravelAsHalvesOnlyWithoutBarrier() {
    var plan = TrainingPlan()
    plan.wire = .fp16
    #expect(plan.gradientWire == .fp32)
    for consistency in [Consistency.ssp(1), .async] {
      plan.consistency = consistency
      #expect(plan.gradientWire == .fp16)
    }
    plan.wire = .fp32
    #expect(plan.gradientWire == .fp32)
  }

  @Test(arguments: [(1, 1), (2, 2), (3, 4), (1024, 1024), (1025, 2048), (TrainingPlan.batchLimit, 1 << 20)])
  func gradientScaleIsAPowerOfTwo(batchSize: Int, scale: Int) {
    var plan = TrainingPlan()
    plan.batchSize = batchSize
    #expect(plan.gradientScale == Float(scale))
  }

  @Test func unknownFieldIsNamed() {
    #expect {
      try JSONDecoder().decode(TrainingPlan.self, from: Data(#"{"factor": 16}"#.utf8))
    } throws: { ($0 as? PlanError)?.field == "factor" }
  }

  @Test(arguments: ["ssp:", "ssp:0", "ssp:-1", "BSP", "", "ssp:x"]) func strangeConsistencyIsRefused(_ text: String) {
    #expect(Consistency(text) == nil)
  }

  @Test func defaultsAreValid() throws { try TrainingPlan().validate() }

  @Test(
    arguments: [
      ("factors", { @Sendable (plan: inout TrainingPlan) in plan.factors = 0 }),
      ("layers", { $0.layers = [64, 0, 8] }), ("layers", { $0.layers = [] }), ("layers", { $0.layers = [63, 8] }),
      ("dropout", { $0.dropout = 1 }), ("dropout", { $0.dropout = -0.1 }),
      (
        "dropout",
        {
          $0.model = .gmf
          $0.dropout = 0.5
        }
      ),
      (
        "dropout",
        {
          $0.layers = [16]
          $0.dropout = 0.5
        }
      ), ("negatives", { $0.objective = .rating }),
      ("normalization", { $0.normalization = .user }), ("round-ratings", { $0.roundRatings = true }),
      ("negatives", { $0.negatives = -1 }), ("learning-rate", { $0.learningRate = .nan }),
      ("learning-rate", { $0.learningRate = 0 }), ("momentum", { $0.momentum = 0.9 }), ("l2", { $0.l2 = -1 }),
      ("l2-users", { $0.l2Users = -1 }), ("l2-items", { $0.l2Items = .nan }),
      ("batch-size", { $0.batchSize = 4 }), ("batch-size", { $0.batchSize = 0 }), ("epochs", { $0.epochs = 0 }),
      ("shards", { $0.shards = -2 }), ("top-k", { $0.topK = 0 }), ("workers", { $0.cluster.workers = 0 }),
      ("backups", { $0.cluster.backups = 2 }), ("backups", { $0.cluster.backups = -1 }),
      ("servers", { $0.cluster.servers = 0 }), ("workers", { $0.cluster.workers = 17 }),
      ("initial-deviation", { $0.initialDeviation = 0 }), ("evaluate-every", { $0.evaluateEvery = 0 }),
      ("pretrained-gmf", { $0.pretrainedGMF = "g" }), ("pretrained-mlp", { $0.pretrainedMLP = "m" }),
      ("pretrain-alpha", { $0.pretrainAlpha = 1.5 }),
      (
        "pretrained-gmf",
        {
          $0.model = .mlp
          ($0.pretrainedGMF, $0.pretrainedMLP) = ("g", "m")
        }
      ),
      (
        "pretrain",
        {
          $0.model = .gmf
          $0.pretraining = PretrainingPlan()
        }
      ),
      (
        "pretrain-epochs",
        {
          $0.pretraining = PretrainingPlan()
          $0.pretraining?.epochs = 0
        }
      ),
      ("checkpoint-every", { $0.checkpointEvery = -1 }), ("stop-after-stale-epochs", { $0.stopAfterStaleEpochs = -1 }),
    ] as [(String, @Sendable (inout TrainingPlan) -> Void)])
  func impossiblePlanIsRefusedByField(_ field: String, _ change: @Sendable (inout TrainingPlan) -> Void) {
    var plan = TrainingPlan()
    change(&plan)
    #expect {
      try plan.validate()
    } throws: { error in
      let error = error as? PlanError
      return error?.field == field && error?.hint.isEmpty == false
    }
  }
}
