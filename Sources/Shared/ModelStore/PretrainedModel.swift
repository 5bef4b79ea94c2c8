package import Plan
import Tables

/// A NeuMF put together from a trained GMF and a trained MLP (He et al. 2017, section 3.4.1): their rows side by side,
/// the hidden layers of the MLP, and the output weights of both, scaled by α and 1 − α. An MF is as good as a GMF: its
/// output weights are 1.
package struct PretrainedModel: RecordSource {
  package let header: CheckpointHeader
  /// `[users × rowWidth]`, `[items and features × rowWidth]`, `[denseCount]`
  package let userRows: [Float]
  package let itemRows: [Float]
  package let dense: [Float]

  /// - Parameter ownRows: the rows of a model's items without what their features add
  /// - Throws: where the models are not the parts of the plan's, or were trained on other data
  package init(
    gmf: StoredModel, mlp: StoredModel, ownRows: (StoredModel) -> [Float] = { $0.itemRows }, plan: TrainingPlan,
    size: ProblemSize, dataFingerprint: String
  ) throws(PlanError) {
    try Self.check(gmf, isOneOf: [.gmf, .mf], plan, size, dataFingerprint, field: "pretrained-gmf")
    try Self.check(mlp, isOneOf: [.mlp], plan, size, dataFingerprint, field: "pretrained-mlp")
    header = CheckpointHeader(
      plan: plan, size: size, dataFingerprint: dataFingerprint, completedEpochs: 0, step: 0, optimizerStep: 0,
      wallSeconds: 0)
    let (shapes, alpha) = ((gmf: gmf.shape, mlp: mlp.shape, whole: plan.shape), Float(plan.pretrainAlpha))
    userRows = Self.joined(gmf.userRows, mlp.userRows, shapes, alpha)
    itemRows =
      Self.joined(ownRows(gmf), ownRows(mlp), shapes, alpha)
      + Self.joined(gmf.featureRows, mlp.featureRows, shapes, alpha)
    dense = Self.dense(gmf, mlp, shape: plan.shape, alpha: alpha)
  }

  private static func check(
    _ model: StoredModel, isOneOf kinds: [ModelKind], _ plan: TrainingPlan, _ size: ProblemSize,
    _ dataFingerprint: String, field: String
  ) throws(PlanError) {
    let config = model.config
    guard kinds.contains(config.model) else {
      let names = kinds.map(\.rawValue).joined(separator: " or ")
      throw PlanError(field, "its model is \(config.model.rawValue)", hint: "the RUN of a \(names)")
    }
    switch config.model {
    case .gmf, .mf, .neumf:
      guard config.factors == plan.factors else {
        throw PlanError(
          field, "it has \(config.factors) factors, the plan \(plan.factors)",
          hint: "both models need the same --factors")
      }
    case .mlp:
      guard config.layers == plan.layers, config.activation == plan.activation else {
        let layers = config.layers.map(String.init).joined(separator: ",")
        throw PlanError(
          field, "it has layers \(layers) and \(config.activation.rawValue)",
          hint: "both models need the same --layers and --activation")
      }
    }
    guard plan.biases || !model.shape.hasRowBias else {
      throw PlanError(field, "it has biases, the plan has none", hint: "add --biases")
    }
    guard config.data.fingerprint == dataFingerprint, config.trainingInteractions == size.trainingInteractions else {
      throw PlanError(
        field, "it was trained on other interactions", hint: "train it on the same data, with --validation or without")
    }
    guard config.ratings?.normalization == (plan.objective == .rating ? plan.normalization : nil) else {
      throw PlanError(
        field, "it was trained for another objective", hint: "both models need the same --objective and --normalization"
      )
    }
  }

  /// Rows of two tables side by side; the biases that they have, scaled like the output weights, become one.
  private static func joined(
    _ gmf: [Float], _ mlp: [Float], _ shapes: (gmf: NetworkShape, mlp: NetworkShape, whole: NetworkShape),
    _ alpha: Float
  ) -> [Float] {
    let (left, right) = (shapes.gmf, shapes.mlp)
    var rows: [Float] = []
    rows.reserveCapacity(gmf.count + mlp.count)
    for row in 0..<gmf.count / left.rowWidth {
      let (first, second) = (row * left.rowWidth, row * right.rowWidth)
      rows += gmf[first..<first + left.factors]
      rows += mlp[second..<second + right.embedding]
      guard shapes.whole.hasRowBias else { continue }
      rows.append(
        (left.hasRowBias ? alpha * gmf[first + left.factors] : 0)
          + (right.hasRowBias ? (1 - alpha) * mlp[second + right.embedding] : 0))
    }
    return rows
  }

  private static func dense(_ gmf: StoredModel, _ mlp: StoredModel, shape: NetworkShape, alpha: Float) -> [Float] {
    func block(_ role: DenseBlock.Role, of model: StoredModel) -> ArraySlice<Float> {
      model.shape.denseBlocks.first { $0.role == role }.map { model.dense[$0.range] } ?? []
    }
    return shape.denseBlocks.flatMap { part -> [Float] in
      switch part.role {
      case .hiddenWeight, .hiddenBias, .hiddenSlope: Array(block(part.role, of: mlp))
      case .outputFactors where gmf.shape.model == .mf: Array(repeating: alpha, count: part.count)
      case .outputFactors: block(part.role, of: gmf).map { alpha * $0 }
      case .outputTower: block(part.role, of: mlp).map { (1 - alpha) * $0 }
      case .outputBias:
        zip(block(part.role, of: gmf), block(part.role, of: mlp)).map { alpha * $0 + (1 - alpha) * $1 }
      }
    }
  }

  // MARK: as a job begins from it

  package func records(
    of table: CheckpointTable, on server: ServerID, under placement: Placement, places: Range<Int>
  ) -> [UInt8] {
    switch table {
    case .user: records(of: userRows, on: server, under: placement, places: places)
    case .item: records(of: itemRows, on: server, under: placement, places: places)
    case .dense: records(of: Array(dense[placement.denseRange(of: dense.count, on: server)]), rows: 1)
    }
  }

  private func records(
    of rows: [Float], on server: ServerID, under placement: Placement, places: Range<Int>
  ) -> [UInt8] {
    let width = header.plan.shape.rowWidth
    var own: [Float] = []
    for place in places {
      let row = place * placement.servers + Int(server.rawValue)
      own += rows[row * width..<(row + 1) * width]
    }
    return records(of: own, rows: places.count)
  }

  /// Records of rows whose training begins, which are alike in all tables.
  private func records(of weights: [Float], rows: Int) -> [UInt8] {
    let width = rows > 0 ? weights.count / rows : 0
    var table = RowTable(rows: rows, width: width, optimizer: header.optimizer(of: .item))
    for row in 0..<rows {
      table.setWeights(of: row, from: weights.span.extracting(row * width..<(row + 1) * width))
    }
    var bytes = [UInt8](repeating: 0, count: rows * table.stateByteCount)
    var span = bytes.mutableSpan
    // Safety: any bits are bytes.
    var records = unsafe span.mutableBytes
    table.dump(rows: 0..<rows, into: &records)
    return bytes
  }
}
