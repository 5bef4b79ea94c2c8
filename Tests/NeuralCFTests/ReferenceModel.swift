import Plan

/// The models written out as plainly as possible, one sample at a time, in double precision.
struct ReferenceModel {
  let shape: NetworkShape
  var dense: [Double]

  func block(_ role: DenseBlock.Role) -> [Double] {
    shape.denseBlocks.first { $0.role == role }.map { Array(dense[$0.range]) } ?? []
  }

  func logit(_ user: [Double], _ item: [Double]) -> Double {
    var logit = block(.outputBias)[0]
    let factors = block(.outputFactors)
    for f in 0..<shape.factors { logit += (factors.isEmpty ? 1 : factors[f]) * user[f] * item[f] }
    if shape.hasRowBias { logit += user[shape.factors] + item[shape.factors] }
    let embeddings = shape.factors..<shape.factors + shape.embedding
    var tower = Array(user[embeddings]) + Array(item[embeddings])
    for (layer, outputs) in shape.hidden.enumerated() {
      let weights = block(.hiddenWeight(layer))
      var sums = block(.hiddenBias(layer))
      for (k, input) in tower.enumerated() {
        for j in 0..<outputs { sums[j] += input * weights[k * outputs + j] }
      }
      tower = sums.map { max($0, 0) }
    }
    for (weight, value) in zip(block(.outputTower), tower) { logit += weight * value }
    return logit
  }

  static func loss(_ logit: Double, _ target: Double) -> Double {
    max(logit, 0) - target * logit + log1pOfExp(-abs(logit))
  }
}

/// A small batch with made-up values: some rows are used often, one never.
struct Batch {
  let shape: NetworkShape
  var users: [[Double]]
  var items: [[Double]]
  var dense: [Double]
  var userOfSample: [UInt32]
  var itemOfSample: [UInt32]
  var targets: [Float]

  init(_ shape: NetworkShape, users: Int, items: Int, samples: Int, seed: UInt64 = 3) {
    self.shape = shape
    let stream = RandomStream(seed: seed, .simulation)
    var counter: UInt64 = 0
    func next() -> Double {
      counter += 1
      return Double(Float(2 * stream.uniform(at: counter) - 1))
    }
    func row() -> [Double] { (0..<shape.rowWidth).map { _ in next() } }
    self.users = (0..<users).map { _ in row() }
    self.items = (0..<items).map { _ in row() }
    dense = (0..<shape.denseCount).map { _ in Double(Float(next() * 0.7)) }
    userOfSample = (0..<samples).map { _ in
      stream.index(below: UInt32(max(1, users - 1)), at: UInt64(next() * 1e6 + 2e6))
    }
    itemOfSample = (0..<samples).map { _ in stream.index(below: UInt32(items), at: UInt64(next() * 1e6 + 5e6)) }
    targets = (0..<samples).map { _ in next() > 0.3 ? 1 : 0 }
  }

  /// The mean loss of a step of `1 / scale` samples, with its share of the λ terms.
  func objective(scale: Double, l2: Double) -> Double {
    let model = ReferenceModel(shape: shape, dense: dense)
    var total = 0.0
    for sample in targets.indices {
      let user = users[Int(userOfSample[sample])]
      let item = items[Int(itemOfSample[sample])]
      total += ReferenceModel.loss(model.logit(user, item), Double(targets[sample]))
      total += l2 / 2 * (user + item + dense).reduce(0) { $0 + $1 * $1 }
    }
    return scale * total
  }
}
