extension Consistency: Codable {
  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let value = Consistency(text) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "\(text) is not bsp, ssp:N or async")
    }
    self = value
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}

extension TrainingPlan {
  /// A field that is absent keeps its default, which for the negatives of ratings is none; an unknown one is refused.
  package init(from decoder: any Decoder) throws {
    let known = Set(CodingKeys.allCases.map(\.rawValue))
    let names = try decoder.container(keyedBy: AnyKey.self).allKeys.map(\.stringValue)
    if let stranger = names.sorted().first(where: { !known.contains($0) }) {
      throw PlanError(
        stranger, "no such field in a plan", hint: "the fields are \(known.sorted().joined(separator: ", "))")
    }
    let container = try decoder.container(keyedBy: CodingKeys.self)
    func read<Value: Decodable>(_ key: CodingKeys, into value: inout Value) throws {
      value = try container.decodeIfPresent(Value.self, forKey: key) ?? value
    }
    let pretraining = try container.decodeIfPresent(PretrainingPlan.self, forKey: .pretraining)
    self = .usual(
      try container.decodeIfPresent(ModelKind.self, forKey: .model) ?? .neumf,
      try container.decodeIfPresent(Objective.self, forKey: .objective) ?? .implicit,
      factors: try container.decodeIfPresent(Int.self, forKey: .factors) ?? TrainingPlan().factors,
      layers: try container.decodeIfPresent([Int].self, forKey: .layers) ?? TrainingPlan().layers,
      tunes: pretraining?.product ?? (container.contains(.pretrainedGMF) ? .gmf : nil))
    try read(.activation, into: &activation)
    try read(.dropout, into: &dropout)
    try read(.biases, into: &biases)
    try read(.normalization, into: &normalization)
    try read(.roundRatings, into: &roundRatings)
    try read(.negatives, into: &negatives)
    try read(.optimizer, into: &optimizer)
    try read(.learningRate, into: &learningRate)
    try read(.learningRateDecay, into: &learningRateDecay)
    try read(.momentum, into: &momentum)
    try read(.averaging, into: &averaging)
    if let l2 = try container.decodeIfPresent(Double.self, forKey: .l2) { penalizeAll(by: l2) }
    l2Users = try container.decodeIfPresent(Double.self, forKey: .l2Users) ?? l2Users
    l2Items = try container.decodeIfPresent(Double.self, forKey: .l2Items) ?? l2Items
    try read(.initialDeviation, into: &initialDeviation)
    try read(.batchSize, into: &batchSize)
    try read(.epochs, into: &epochs)
    try read(.seed, into: &seed)
    try read(.consistency, into: &consistency)
    try read(.wire, into: &wire)
    try read(.shards, into: &shards)
    try read(.topK, into: &topK)
    try read(.evaluateEvery, into: &evaluateEvery)
    try read(.checkpointEvery, into: &checkpointEvery)
    try read(.recovery, into: &recovery)
    try read(.stopAfterStaleEpochs, into: &stopAfterStaleEpochs)
    try read(.validation, into: &validation)
    pretrainedGMF = try container.decodeIfPresent(String.self, forKey: .pretrainedGMF)
    pretrainedMLP = try container.decodeIfPresent(String.self, forKey: .pretrainedMLP)
    try read(.pretrainAlpha, into: &pretrainAlpha)
    self.pretraining = pretraining
    features = try container.decodeIfPresent([String].self, forKey: .features)
    try read(.featureDeviation, into: &featureDeviation)
    try read(.cluster, into: &cluster)
  }
}

extension ClusterShape {
  /// Plans that were written before there were backups have none.
  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    workers = try container.decode(Int.self, forKey: .workers)
    servers = try container.decode(Int.self, forKey: .servers)
    backups = try container.decodeIfPresent(Int.self, forKey: .backups) ?? 0
  }
}

/// Any name at all, to find the ones that a plan does not have.
private struct AnyKey: CodingKey {
  let stringValue: String
  var intValue: Int? { nil }
  init?(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { nil }
}
