extension TrainingPlan {
  // Limit: wider than any published NCF model by a factor of 16; keeps every size product far from overflow.
  package static let widthLimit = 4096
  // Limit: a shard identifier is 16 bits wide; more shards than this leave a step's share of one below a sample.
  package static let shardLimit = 4096
  // Limit: an epoch a minute for two months.
  package static let epochLimit = 100_000
  // Limit: a step's rows must fit a frame (see Wire); a million samples touch at most two million rows.
  package static let batchLimit = 1 << 20

  /// Refuses what cannot be trained, naming the field as the command line does.
  package func validate() throws(PlanError) {
    try require("factors", (1...Self.widthLimit).contains(factors), "\(factors)", "1 to \(Self.widthLimit)")
    try validateLayers()
    try require("dropout", (0..<1).contains(dropout), "\(dropout)", "0 or more, below 1, such as 0.2")
    try require(
      "dropout", dropout == 0 || !shape.hidden.isEmpty, "\(dropout) without a hidden layer",
      "goes with mlp and neumf, and two --layers or more")
    try require("negatives", (0...1000).contains(negatives), "\(negatives)", "0 to 1000")
    try require(
      "negatives", negatives == 0 || objective == .implicit, "\(negatives) with ratings", "ratings need none: 0")
    try require(
      "normalization", normalization == .global || objective == .rating,
      "\(normalization.rawValue) with \(objective.rawValue)", "goes with --objective rating")
    try require(
      "round-ratings", !roundRatings || objective == .rating, "with \(objective.rawValue)",
      "goes with --objective rating")
    try require(
      "learning-rate", learningRate.isFinite && learningRate > 0, "\(learningRate)", "a number above 0, such as 0.001")
    try require(
      "learning-rate-decay", learningRateDecay > 0 && learningRateDecay <= 1, "\(learningRateDecay)",
      "above 0, at most 1, such as 0.9")
    try require("momentum", (0..<1).contains(momentum), "\(momentum)", "0 or more, below 1")
    try require(
      "momentum", momentum == 0 || optimizer == .sgd, "\(momentum) with \(optimizer.rawValue)", "goes with sgd only")
    try require("averaging", (0..<1).contains(averaging), "\(averaging)", "0 or more, below 1, such as 0.5")
    for (field, value) in [("l2", l2), ("l2-users", l2Users ?? 0), ("l2-items", l2Items ?? 0)] {
      try require(field, value.isFinite && value >= 0, "\(value)", "0 or more, such as 0.00001")
    }
    try require(
      "initial-deviation", initialDeviation.isFinite && initialDeviation > 0, "\(initialDeviation)",
      "a number above 0, such as 0.01")
    try require(
      "feature-deviation", featureDeviation.isFinite && featureDeviation > 0, "\(featureDeviation)",
      "a number above 0, such as 0.2")
    try require(
      "batch-size", (1...Self.batchLimit).contains(batchSize), "\(batchSize)", "1 to \(Self.batchLimit) samples")
    try require(
      "batch-size", batchSize > negatives, "\(batchSize) holds no positive with its \(negatives) negatives",
      "at least \(negatives + 1)")
    try require("epochs", (1...Self.epochLimit).contains(epochs), "\(epochs)", "1 to \(Self.epochLimit)")
    try require(
      "shards", (0...Self.shardLimit).contains(shards), "\(shards)", "1 to \(Self.shardLimit), or 0 to choose")
    try require("top-k", (1...1000).contains(topK), "\(topK)", "1 to 1000")
    try require("evaluate-every", evaluateEvery >= 1, "\(evaluateEvery)", "1 or more epochs")
    try require("checkpoint-every", checkpointEvery >= 0, "\(checkpointEvery)", "0 or more epochs")
    try require("stop-after-stale-epochs", stopAfterStaleEpochs >= 0, "\(stopAfterStaleEpochs)", "0 or more")
    try validatePretraining()
    try require("workers", (1...1024).contains(cluster.workers), "\(cluster.workers)", "1 to 1024")
    try require("servers", (1...1024).contains(cluster.servers), "\(cluster.servers)", "1 to 1024")
    try require("backups", (0...1).contains(cluster.backups), "\(cluster.backups)", "0 or 1 for each server")
    try require(
      "workers", cluster.workers <= shardCount, "\(cluster.workers) workers for \(shardCount) logical shards",
      "at most one worker per shard; raise --shards")
  }

  private func validatePretraining() throws(PlanError) {
    try require("pretrain-alpha", (0...1).contains(pretrainAlpha), "\(pretrainAlpha)", "0 to 1, such as 0.5")
    let (gmf, mlp) = (pretrainedGMF != nil, pretrainedMLP != nil)
    let names = [(gmf, "pretrained-gmf"), (mlp, "pretrained-mlp"), (pretraining != nil, "pretrain")]
    guard let (_, first) = names.first(where: { $0.0 }) else { return }
    try require(first, model == .neumf, "with \(model.rawValue)", "goes with neumf")
    try require(first, gmf == mlp, "one model of two", "a neumf begins from a gmf and an mlp")
    guard let pretraining else { return }
    let product = pretraining.product
    try require("pretrain-product", product == .gmf || product == .mf, product.rawValue, "gmf or mf")
    try require("pretrain-product", product == .gmf || biases, "mf, and no biases", "an mf has biases; add --biases")
    for model in pretraining.models {
      do throws(PlanError) { try stage(model, of: ProblemSize.interactionLimit).validate() } catch {
        let own = ["epochs", "optimizer", "learning-rate"].contains(error.field)
        throw own ? PlanError("pretrain-\(error.field)", error.problem, hint: error.hint) : error
      }
    }
  }

  private func validateLayers() throws(PlanError) {
    let text = layers.map(String.init).joined(separator: ",")
    guard model == .mlp || model == .neumf else { return }
    try require("layers", !layers.isEmpty, "no layer", "such as 64,32,16,8")
    for width in layers {
      try require(
        "layers", (1...Self.widthLimit).contains(width), "\(width) in \(text)", "each width 1 to \(Self.widthLimit)")
    }
    try require(
      "layers", layers[0].isMultiple(of: 2), "\(layers[0]) in \(text)",
      "the first is the width of the user's and the item's embedding together, so even")
  }

  private func require(_ field: String, _ holds: Bool, _ found: String, _ hint: String) throws(PlanError) {
    if !holds { throw PlanError(field, found, hint: hint) }
  }
}
