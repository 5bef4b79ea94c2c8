import Kernels
import Plan

/// Where everything stands that a forward or backward pass keeps.
///
/// The first layer factors: its sums are Wu·user + Wi·item, so each distinct row is multiplied once. What a row contributes to
/// its samples is its *side*, `[pair | first]`: the dot product of two sides' pairs is the sample's share of the logit, the sum of
/// their firsts is the first hidden layer's sums. Whatever adds one number per row (MF's bias; the tower's output weights
/// where there is no hidden layer) is a pair with a constant 1 on the other side:
/// user `[h ⊙ factors, scalar, 1]`, item `[factors, 1, scalar]`.
struct ForwardLayout: Sendable {
  /// A hidden layer after the first.
  struct Hidden: Sendable {
    let inputs: Int
    let outputs: Int
    /// The floats of a sample's inputs and outputs, padded.
    let inputStride: Int
    let stride: Int
    /// W with its bias, and Wᵀ, packed, and where they start.
    let forward: PanelLayout
    let backward: PanelLayout
    let forwardOffset: Int
    let backwardOffset: Int
    /// Where the layer starts in a block's sums and values, and where its inputs do.
    let blockOffset: Int
    let inputOffset: Int
    let weightRange: Range<Int>
    let biasRange: Range<Int>
  }

  /// Samples that go through all layers together, few enough to stay in the nearest cache.
  static let blockSize = 64

  let shape: NetworkShape
  /// GMF factors, and the scalar columns behind them.
  let pairWidth: Int
  let pairStride: Int
  let hasScalar: Bool
  /// The first hidden layer's width, or 0.
  let firstWidth: Int
  let firstStride: Int
  var sideStride: Int { pairStride + firstStride }
  let hidden: [Hidden]
  /// Wu and Wi with their transposes: `[embedding × first]`, where without a hidden layer the first is the single output.
  let sideForward: PanelLayout
  let sideBackward: PanelLayout
  /// Offsets of the packed matrices: user, item; user transposed, item transposed.
  let sideForwardOffsets: (user: Int, item: Int)
  let sideBackwardOffsets: (user: Int, item: Int)
  /// Offsets of the output weights, padded: on pairs and on the tower.
  let pairOutputOffset: Int
  let towerOutputOffset: Int
  let outputBiasOffset: Int
  /// Where in the dense vector stand the weights on the user's and the item's embedding (`[embedding × max(first, 1)]`), the
  /// first hidden bias and the output weights; empty where the model has none.
  let userWeightRange: Range<Int>
  let itemWeightRange: Range<Int>
  let firstBiasRange: Range<Int>
  let outputFactorsRange: Range<Int>
  let outputTowerRange: Range<Int>
  let outputBias: Int
  /// Floats of all packed weights, and of a block's sums (or values).
  let weightCount: Int
  let blockCount: Int
  let widestStride: Int

  static func padded(_ width: Int) -> Int { (width + 7) / 8 * 8 }

  init(shape: NetworkShape) {
    self.shape = shape
    firstWidth = shape.hidden.first ?? 0
    firstStride = Self.padded(firstWidth)
    hasScalar = shape.hasRowBias || (shape.embedding > 0 && shape.hidden.isEmpty)
    pairWidth = shape.factors + (hasScalar ? 2 : 0)
    pairStride = Self.padded(pairWidth)
    let sideColumns = shape.embedding == 0 ? 0 : max(firstWidth, 1)
    sideForward = PanelLayout(inner: shape.embedding, columns: sideColumns)
    sideBackward = PanelLayout(inner: sideColumns, columns: shape.embedding)
    sideForwardOffsets = (0, sideForward.count)
    sideBackwardOffsets = (2 * sideForward.count, 2 * sideForward.count + sideBackward.count)
    var offset = 2 * (sideForward.count + sideBackward.count)
    var blockOffset = 0
    var hidden: [Hidden] = []
    let blocks = shape.denseBlocks
    func range(of role: DenseBlock.Role) -> Range<Int> { blocks.first { $0.role == role }?.range ?? 0..<0 }
    let first = range(of: firstWidth > 0 ? .hiddenWeight(0) : .outputTower)
    userWeightRange = first.lowerBound..<first.lowerBound + first.count / 2
    itemWeightRange = userWeightRange.upperBound..<first.upperBound
    firstBiasRange = range(of: .hiddenBias(0))
    outputFactorsRange = range(of: .outputFactors)
    outputTowerRange = firstWidth > 0 ? range(of: .outputTower) : 0..<0
    outputBias = range(of: .outputBias).lowerBound
    for (index, outputs) in shape.hidden.enumerated().dropFirst() {
      let inputs = shape.hidden[index - 1]
      let forward = PanelLayout(inner: inputs, columns: outputs)
      let backward = PanelLayout(inner: outputs, columns: inputs)
      let inputOffset = blockOffset
      blockOffset += Self.padded(inputs) * Self.blockSize
      hidden.append(
        Hidden(
          inputs: inputs, outputs: outputs, inputStride: Self.padded(inputs), stride: Self.padded(outputs),
          forward: forward, backward: backward, forwardOffset: offset, backwardOffset: offset + forward.count,
          blockOffset: blockOffset, inputOffset: inputOffset,
          weightRange: range(of: .hiddenWeight(index)),
          biasRange: range(of: .hiddenBias(index))))
      offset += forward.count + backward.count
    }
    self.hidden = hidden
    pairOutputOffset = offset
    towerOutputOffset = offset + pairStride
    outputBiasOffset = towerOutputOffset + Self.padded(shape.hidden.last ?? 0)
    weightCount = outputBiasOffset + 1
    blockCount = blockOffset + Self.padded(shape.hidden.last ?? 0) * Self.blockSize
    widestStride = shape.hidden.map(Self.padded).max() ?? 0
  }

  /// The width of the last hidden layer, its padded width, and where it stands in a block; width 0 without hidden layers.
  var lastWidth: Int { shape.hidden.last ?? 0 }
  var lastStride: Int { Self.padded(lastWidth) }
  var lastOffset: Int { hidden.last?.blockOffset ?? 0 }

  /// Where in a side its embedding's product with the first weights goes.
  func productColumn(of table: TableID) -> Int {
    if firstWidth > 0 { return pairStride }
    return table == .user ? shape.factors : shape.factors + 1
  }
}
