import Plan
import TestSupport
import Testing

@testable import ModelStore

@Suite struct PretrainedModelTests {
  private let size = ProblemSize(users: 5, items: 4, trainingInteractions: 12)

  private func plan(_ change: (inout TrainingPlan) -> Void = { _ in }) -> TrainingPlan {
    var plan = TrainingPlan()
    plan.factors = 3
    plan.layers = [8, 5, 2]
    plan.pretrainAlpha = 0.25
    change(&plan)
    return plan
  }

  private func pretrained(
    _ plan: TrainingPlan, gmf: ModelKind = .gmf, mlp: ModelKind = .mlp, fingerprint: String = "f00d",
    biases: Bool = false
  ) throws -> PretrainedModel {
    try PretrainedModel(
      gmf: SmallModel.make(gmf, seed: 1, biases: biases), mlp: SmallModel.make(mlp, seed: 2, biases: biases),
      plan: plan, size: size, dataFingerprint: fingerprint)
  }

  @Test func biasesAreScaledLikeTheOutputWeightsAndAdded() throws {
    let gmf = try SmallModel.make(.gmf, seed: 1, biases: true)
    let mlp = try SmallModel.make(.mlp, seed: 2, biases: true)
    let whole = try pretrained(plan { $0.biases = true }, biases: true)
    #expect(whole.userRows.count == 5 * 8 && whole.itemRows.count == 4 * 8)
    for (rows, left, right) in [
      (whole.userRows, gmf.userRows, mlp.userRows), (whole.itemRows, gmf.itemRows, mlp.itemRows),
    ] {
      for row in 0..<4 {
        #expect(Array(rows[row * 8..<row * 8 + 3]) == Array(left[row * 4..<row * 4 + 3]))
        #expect(Array(rows[row * 8 + 3..<row * 8 + 7]) == Array(right[row * 5..<row * 5 + 4]))
        #expect(rows[row * 8 + 7] == 0.25 * left[row * 4 + 3] + 0.75 * right[row * 5 + 4])
      }
    }
  }

  @Test func aPartWithoutBiasesHasNone() throws {
    let (mf, mlp) = (try SmallModel.make(.mf, seed: 1), try SmallModel.make(.mlp, seed: 2))
    let whole = try pretrained(plan { $0.biases = true }, gmf: .mf)
    for row in 0..<4 {
      #expect(Array(whole.itemRows[row * 8..<row * 8 + 3]) == Array(mf.itemRows[row * 4..<row * 4 + 3]))
      #expect(whole.itemRows[row * 8 + 7] == 0.25 * mf.itemRows[row * 4 + 3])
    }
    // An MF is a GMF whose output weights are 1.
    #expect(Array(whole.dense[57..<60]) == [0.25, 0.25, 0.25])
    #expect(whole.dense[62] == 0.25 * mf.dense[0] + 0.75 * mlp.dense[59])
    let none = try pretrained(plan { $0.biases = true })
    #expect((0..<5).allSatisfy { none.userRows[$0 * 8 + 7] == 0 })
  }

  @Test func rowsStandSideBySideAndOutputWeightsAreScaled() throws {
    let (gmf, mlp) = (try SmallModel.make(.gmf, seed: 1), try SmallModel.make(.mlp, seed: 2))
    let whole = try pretrained(plan())
    let width = plan().shape.rowWidth
    #expect(width == 7)
    for user in 0..<5 {
      #expect(Array(whole.userRows[user * 7..<user * 7 + 3]) == Array(gmf.userRows[user * 3..<user * 3 + 3]))
      #expect(Array(whole.userRows[user * 7 + 3..<user * 7 + 7]) == Array(mlp.userRows[user * 4..<user * 4 + 4]))
    }
    #expect(Array(whole.itemRows[21..<24]) == Array(gmf.itemRows[9..<12]))
    // The MLP's 8 × 5 + 5 and 5 × 2 + 2 hidden weights, then 3 and 2 output weights, then the bias.
    let hidden = 57
    #expect(whole.dense.count == hidden + 6)
    #expect(Array(whole.dense[..<hidden]) == Array(mlp.dense[..<hidden]))
    #expect(Array(whole.dense[hidden..<hidden + 3]) == gmf.dense[..<3].map { 0.25 * $0 })
    #expect(Array(whole.dense[hidden + 3..<hidden + 5]) == mlp.dense[hidden..<hidden + 2].map { 0.75 * $0 })
    #expect(whole.dense[hidden + 5] == 0.25 * gmf.dense[3] + 0.75 * mlp.dense[hidden + 2])
  }

  @Test(arguments: [1, 2, 3], OptimizerKind.allCases)
  func serversGetTheirRowsWithFreshState(servers: Int, optimizer: OptimizerKind) throws {
    let plan = plan { $0.optimizer = optimizer }
    let whole = try pretrained(plan)
    let placement = Placement(workers: 1, servers: servers)
    var found = [Float](repeating: .nan, count: 5 * 7)
    for server in 0..<servers {
      let count = placement.rowCount(of: 5, on: ServerID(server))
      let records = whole.records(of: .user, on: ServerID(server), under: placement, places: 0..<count)
      #expect(records.count == count * whole.header.recordByteCount(of: .user))
      let width = whole.header.recordByteCount(of: .user)
      for place in 0..<count {
        let record = records[place * width..<(place + 1) * width]
        for column in 0..<7 {
          let bytes = Array(record.dropFirst(4 * column).prefix(4))
          let bits = (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[$1]) << UInt32(8 * $1) }
          found[(place * servers + server) * 7 + column] = Float(bitPattern: bits)
        }
        // No moments yet, and no step.
        #expect(record.suffix(8).allSatisfy { $0 == 0 })
      }
      let dense = whole.records(of: .dense, on: ServerID(server), under: placement, places: 0..<1)
      let slice = placement.denseRange(of: whole.dense.count, on: ServerID(server)).count
      #expect(dense.count == whole.header.recordByteCount(ofDenseSlice: slice))
    }
    #expect(found == whole.userRows)
  }

  @Test func whatDoesNotFitIsNamed() {
    func field(_ body: () throws -> PretrainedModel) -> String? {
      do {
        _ = try body()
        return nil
      } catch { return (error as? PlanError)?.field }
    }
    #expect(field { try pretrained(plan()) } == nil)
    #expect(field { try pretrained(plan(), gmf: .mf) } == "pretrained-gmf", "it has biases")
    #expect(field { try pretrained(plan(), gmf: .neumf) } == "pretrained-gmf")
    #expect(field { try pretrained(plan(), mlp: .gmf) } == "pretrained-mlp")
    #expect(field { try pretrained(plan { $0.factors = 4 }) } == "pretrained-gmf")
    #expect(field { try pretrained(plan { $0.layers = [8, 5] }) } == "pretrained-mlp")
    #expect(field { try pretrained(plan { $0.activation = .elu }) } == "pretrained-mlp")
    #expect(field { try pretrained(plan(), fingerprint: "beef") } == "pretrained-gmf")
    #expect(field { try pretrained(plan(), biases: true) } == "pretrained-gmf")
    #expect(field { try pretrained(plan { $0.objective = .rating }) } == "pretrained-gmf")
  }
}
