// What trains well, as far as tried (docs/quality.md has the search). Interactions: on MovieLens 1M, chosen on
// validation items; rows of many samples a step, long steps, and a penalty on the rows that would be far too strong for
// the dense weights. Ratings: one plan for MovieLens 100k and 1M and for anime's, which are below 1.
extension TrainingPlan {
  /// The plan of a model where nothing else is said.
  /// - Parameter tunes: the model of the product that it begins from, beside an MLP; nil where it begins anew
  package static func usual(
    _ model: ModelKind = .neumf, _ objective: Objective = .implicit, factors: Int = TrainingPlan().factors,
    layers: [Int] = TrainingPlan().layers, tunes: ModelKind? = nil
  ) -> TrainingPlan {
    var plan = TrainingPlan()
    (plan.model, plan.objective, plan.factors, plan.layers) = (model, objective, factors, layers)
    guard objective == .implicit else {
      plan.setUsualForRatings(tunes: tunes != nil)
      return plan
    }
    plan.negatives = 8
    plan.initialDeviation = 0.1
    plan.activation = .swish
    plan.l2 = 0.000001
    plan.averaging = 0.6
    let width = layers.first ?? 0
    switch model {
    case .mf:
      // A product of few factors has far to go.
      let rate = max(1, (64 / Double(max(1, factors)).squareRoot()).rounded()) / 1000
      plan.setUsual(batchSize: 4096, rate: rate, decay: 0.88, epochs: 18, l2Users: 0.006, l2Items: 0.006)
      plan.averaging = 0.85
      // Many short ones make a product as large as few long ones.
      if factors >= Self.manyFactors { plan.initialDeviation = 0.03 }
    case .gmf:
      plan.setUsual(batchSize: 65_536, rate: 0.03, decay: 0.75, epochs: 10, l2Users: 0.008, l2Items: 0.006)
      plan.averaging = 0.8
    case .mlp where width >= Self.widestTower:
      plan.setUsual(batchSize: 32_768, rate: 0.015, decay: 0.86, epochs: 13, l2Users: 0.008, l2Items: 0.008)
    case .mlp: plan.setUsual(batchSize: 32_768, rate: 0.02, decay: 0.88, epochs: 16, l2Users: 0.008, l2Items: 0.008)
    case .neumf where tunes != nil && width < Self.widerTower:
      // Small parts leave much to learn, and a GMF as small as that knows less than the tower.
      let (epochs, l2, alpha) = width < Self.wideTower ? (11, 0.02, 0.3) : (9, 0.03, 0.4)
      plan.setUsual(batchSize: 32_768, rate: 0.02, decay: 0.85, epochs: epochs, l2Users: l2, l2Items: l2)
      plan.biases = true
      plan.pretrainAlpha = alpha
    case .neumf where tunes != nil:
      plan.setUsual(batchSize: 32_768, rate: 0.01, decay: 0.9, epochs: 1, l2Users: 0.008, l2Items: 0.008)
      plan.optimizer = .sgd
      plan.biases = tunes == .mf
      plan.pretrainAlpha = tunes == .mf ? 0.75 : 0.6
    case .neumf where width >= Self.wideTower:
      let (decay, epochs) = width < Self.widerTower ? (0.9, 18) : (0.88, 13)
      plan.setUsual(batchSize: 32_768, rate: 0.015, decay: decay, epochs: epochs, l2Users: 0.018, l2Items: 0.018)
      plan.biases = true
    case .neumf:
      plan.setUsual(batchSize: 32_768, rate: 0.02, decay: 0.9, epochs: 18, l2Users: 0.006, l2Items: 0.006)
      plan.biases = true
    }
    return plan
  }

  // Limits: widths from which a NeuMF overfits unless penalties are larger, from which it does so in its last epochs,
  // and from which an MLP does.
  private static let (wideTower, widerTower, widestTower) = (128, 256, 512)
  // Limit: factors from which an MF is better when its rows begin shorter.
  private static let manyFactors = 128

  private mutating func setUsualForRatings(tunes: Bool) {
    negatives = 0
    activation = .swish
    biases = model != .mf
    initialDeviation = 0.01
    averaging = 0.9
    switch model {
    case .mf, .gmf:
      // Many factors have less far to go.
      let rate = max(1, (80 / Double(max(1, factors)).squareRoot()).rounded()) / 10_000
      setUsual(batchSize: 512, rate: rate, decay: 0.93, epochs: 20, l2Users: 0.014, l2Items: 0.014)
    case .mlp:
      setUsual(batchSize: 1024, rate: 0.004, decay: 0.93, epochs: 16, l2Users: 0.004, l2Items: 0.001)
    case .neumf where tunes:
      setUsual(batchSize: 1024, rate: 0.01, decay: 0.93, epochs: 1, l2Users: 0.002, l2Items: 0.0005)
      optimizer = .sgd
      pretrainAlpha = 0.6
    case .neumf:
      let epochs = factors < Self.widerProduct ? 12 : 9
      setUsual(batchSize: 1024, rate: 0.002, decay: 0.93, epochs: epochs, l2Users: 0.002, l2Items: 0.0005)
      initialDeviation = 0.003
      featureDeviation = 0.02
      averaging = 0.8
    }
  }

  // Limit: factors from which a NeuMF of ratings overfits in its last epochs.
  private static let widerProduct = 32

  private mutating func setUsual(
    batchSize: Int, rate: Double, decay: Double, epochs: Int, l2Users: Double, l2Items: Double
  ) {
    self.batchSize = batchSize
    learningRate = rate
    learningRateDecay = decay
    self.epochs = epochs
    self.l2Users = l2Users
    self.l2Items = l2Items
  }

  /// Becomes the plan of another model: what is as usual stays so, and what somebody chose stays as it is.
  package mutating func change(
    to model: ModelKind, _ objective: Objective, factors: Int? = nil, layers: [Int]? = nil, tunes: ModelKind?
  ) {
    let old = usual
    let new = Self.usual(
      model, objective, factors: factors ?? self.factors, layers: layers ?? self.layers, tunes: tunes)
    (self.model, self.objective, self.factors, self.layers) = (new.model, new.objective, new.factors, new.layers)
    func follow<Value: Equatable>(_ field: WritableKeyPath<TrainingPlan, Value>) {
      if self[keyPath: field] == old[keyPath: field] { self[keyPath: field] = new[keyPath: field] }
    }
    follow(\.negatives)
    follow(\.initialDeviation)
    follow(\.featureDeviation)
    follow(\.activation)
    follow(\.biases)
    follow(\.averaging)
    follow(\.batchSize)
    follow(\.optimizer)
    follow(\.pretrainAlpha)
    follow(\.learningRate)
    follow(\.learningRateDecay)
    follow(\.epochs)
    follow(\.l2)
    follow(\.l2Users)
    follow(\.l2Items)
  }

  /// What is usual for this model.
  var usual: TrainingPlan {
    .usual(model, objective, factors: factors, layers: layers, tunes: tunedProduct)
  }

  /// The model of the product that this one begins from; nil where it begins anew.
  package var tunedProduct: ModelKind? { pretraining?.product ?? (pretrainedGMF == nil ? nil : .gmf) }

  // Limit: an epoch of fewer steps than this learns little.
  private static let fewSteps = 128.0
  // Limit: a batch of fewer samples than this is mostly overhead.
  private static let smallBatch = 512

  /// Takes smaller batches where the interactions are few, and small ones where nobody waits: what W workers compute at
  /// once is then late by few samples. Steps go with the root of the batch, but stay as long where they are few in any
  /// case.
  /// - Parameters:
  ///   - keepsBatch: somebody chose how large they are
  ///   - keepsRate: somebody chose how long they are
  package mutating func fit(to interactions: Int, keepsBatch: Bool = false, keepsRate: Bool = false) {
    if !keepsBatch, consistency != .bsp { batchSize = min(batchSize, Self.smallBatch) }
    if !keepsRate { learningRate = usual.learningRate(forBatchOf: batchSize) }
    while !keepsBatch, batchSize >= 4 * Self.smallBatch,
      Double(interactions) * (1 + Double(negatives)) < Self.fewSteps * Double(batchSize)
    {
      batchSize /= 4
    }
  }

  /// What the learning rate is worth in batches of another size.
  func learningRate(forBatchOf samples: Int) -> Double {
    learningRate * (Double(samples) / Double(batchSize)).squareRoot()
  }

  /// One λ for all weights.
  package mutating func penalizeAll(by l2: Double) {
    self.l2 = l2
    l2Users = nil
    l2Items = nil
  }
}
