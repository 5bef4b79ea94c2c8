/// How the two models that a NeuMF begins from are trained (He et al. 2017, section 3.4.1); all else is as in the plan
/// of the whole.
package struct PretrainingPlan: Codable, Sendable, Equatable {
  /// Nil for what is usual for each model.
  package var epochs: Int?
  package var optimizer = OptimizerKind.lazyAdam
  package var learningRate: Double?
  /// The model of the product: a GMF or an MF, which is a GMF whose output weights are 1.
  package var product = ModelKind.gmf

  package init(product: ModelKind = .gmf) { self.product = product }

  /// The models that are trained before, in this order.
  package var models: [ModelKind] { [product, .mlp] }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    epochs = try container.decodeIfPresent(Int.self, forKey: .epochs)
    optimizer = try container.decodeIfPresent(OptimizerKind.self, forKey: .optimizer) ?? optimizer
    learningRate = try container.decodeIfPresent(Double.self, forKey: .learningRate)
    product = try container.decodeIfPresent(ModelKind.self, forKey: .product) ?? product
  }
}

extension TrainingPlan {
  /// The plan of one of the models that are trained before.
  /// - Parameter interactions: how many there are to train on
  package func stage(_ model: ModelKind, of interactions: Int) -> TrainingPlan {
    guard let pretraining else { preconditionFailure("a stage of a plan without pre-training") }
    var (stage, whole) = (self, usual)
    (whole.negatives, whole.consistency) = (negatives, consistency)
    whole.fit(to: interactions)
    stage.change(to: model, objective, tunes: nil)
    stage.pretraining = nil
    stage.pretrainedGMF = nil
    stage.pretrainedMLP = nil
    let usual = stage.usual
    let hasUsualBatch = batchSize == whole.batchSize
    if hasUsualBatch { stage.batchSize = usual.batchSize }
    stage.learningRate = usual.learningRate(forBatchOf: stage.batchSize)
    stage.fit(to: interactions, keepsBatch: !hasUsualBatch)
    if let rate = pretraining.learningRate { stage.learningRate = rate }
    stage.epochs = pretraining.epochs ?? usual.epochs
    stage.optimizer = pretraining.optimizer
    stage.momentum = 0
    if stage.shape.hidden.isEmpty { stage.dropout = 0 }
    return stage
  }
}
