import Glibc
import Plan

/// The models written out as plainly as possible, one sample at a time, in double precision.
struct ReferenceModel {
  let shape: NetworkShape
  var users: [Double]
  var items: [Double]
  var dense: [Double]
  private let ranges: [(role: DenseBlock.Role, range: Range<Int>)]

  init(_ fixture: Fixture) {
    shape = fixture.shape
    ranges = shape.denseBlocks.map { ($0.role, $0.range) }
    users = fixture.users.map(Double.init)
    items = fixture.items.map(Double.init)
    dense = fixture.dense.map(Double.init)
  }

  private func block(_ role: DenseBlock.Role) -> ArraySlice<Double> {
    ranges.first { $0.role == role }.map { dense[$0.range] } ?? []
  }

  private func row(_ index: UInt32, of table: [Double]) -> [Double] {
    Array(table[Int(index) * shape.rowWidth..<(Int(index) + 1) * shape.rowWidth])
  }

  /// - Parameter masks: what each hidden unit's activation is multiplied by, layer by layer; none at evaluation
  func logit(user: UInt32, item: UInt32, masks: [[Float]] = []) -> Double {
    let p = row(user, of: users)
    let q = row(item, of: items)
    var logit = block(.outputBias).first ?? .nan
    let factors = Array(block(.outputFactors))
    for f in 0..<shape.factors { logit += (factors.isEmpty ? 1 : factors[f]) * p[f] * q[f] }
    if shape.hasRowBias { logit += p[shape.rowWidth - 1] + q[shape.rowWidth - 1] }
    let embeddings = shape.factors..<shape.factors + shape.embedding
    var tower = Array(p[embeddings]) + Array(q[embeddings])
    for (layer, outputs) in shape.hidden.enumerated() {
      let weights = Array(block(.hiddenWeight(layer)))
      var sums = Array(block(.hiddenBias(layer)))
      for (k, input) in tower.enumerated() {
        for j in 0..<outputs { sums[j] += input * weights[k * outputs + j] }
      }
      tower = sums.map { activated($0, layer: layer) }
      if !masks.isEmpty { tower = zip(tower, masks[layer]).map { $0 * Double($1) } }
    }
    for (weight, value) in zip(block(.outputTower), tower) { logit += weight * value }
    return logit
  }

  private func activated(_ sum: Double, layer: Int) -> Double {
    switch shape.activation {
    case .relu: max(sum, 0)
    case .leakyReLU: sum > 0 ? sum : 0.01 * sum
    case .prelu: sum > 0 ? sum : (block(.hiddenSlope(layer)).first ?? .nan) * sum
    case .elu: sum > 0 ? sum : expm1(sum)
    case .swish: sum / (1 + exp(-sum))
    }
  }

  /// What a step of `1 / scale` samples minimises, as far as these samples go.
  func objective(_ fixture: Fixture, scale: Double, l2: Double) -> Double {
    var total = 0.0
    for sample in fixture.targets.indices {
      let user = fixture.userOfSample[sample]
      let item = fixture.itemOfSample[sample]
      let logit = logit(user: user, item: item, masks: fixture.masks(ofSample: sample))
      let target = Double(fixture.targets[sample])
      switch fixture.objective {
      case .implicit: total += max(logit, 0) - target * logit + log1p(exp(-abs(logit)))
      case .rating: total += (logit - target) * (logit - target) / 2
      }
      let squares = (row(user, of: users) + row(item, of: items) + dense).reduce(0) { $0 + $1 * $1 }
      total += l2 / 2 * squares
    }
    return scale * total
  }
}
