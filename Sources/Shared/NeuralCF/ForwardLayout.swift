import Kernels
import Plan

/// Where everything stands that a forward or backward pass keeps.
///
/// The first layer factors: its sums are Wu·user + Wi·item, so each distinct row is multiplied once. What a row
/// contributes to its samples is its *side*, `[pair | first]`: the dot product of two sides' pairs is the sample's
/// share of the logit, the sum of their firsts is the first hidden layer's sums. Whatever adds one number per row
/// (MF's bias; the tower's output weights where there is no hidden layer) is a pair with a constant 1 on the other
/// side: user `[h ⊙ factors, scalar, 1]`, item `[factors, 1, scalar]`.
struct ForwardLayout: Sendable {
  /// Samples that go through all layers together: a multiple of the tallest register tile, few enough to stay in a
  /// near cache.
  static let blockSize = 96

  let shape: NetworkShape
  let user: SideLayout
  let item: SideLayout
  let hidden: [HiddenLayout]
  /// Whether sides have the scalar columns.
  let hasScalar: Bool
  /// Where in a side the pairs and the firsts stand, and how wide they are, padded.
  let pairs: RowLayout
  let firsts: RowLayout
  let pairStride: Int
  let firstStride: Int
  /// The first hidden layer's biases and the output weights in the dense vector; empty where the model has none.
  let firstBiasRange: Range<Int>
  let outputFactorsRange: Range<Int>
  let outputTowerRange: Range<Int>
  let outputBias: Int
  /// Where the learned parameter of each hidden layer's activation stands in the dense vector; empty without any.
  let slopes: [Int]
  /// The output weights on the tower among the packed weights, padded.
  let towerOutput: Range<Int>
  /// Floats of all packed weights; of a block's sums (or values); of a block of the widest layer.
  let weightCount: Int
  let blockCount: Int
  let widestCount: Int

  init(shape: NetworkShape) {
    self.shape = shape
    let blocks = shape.denseBlocks
    func range(of role: DenseBlock.Role) -> Range<Int> { blocks.first { $0.role == role }?.range ?? 0..<0 }
    let firstWidth = shape.hidden.first ?? 0
    hasScalar = shape.hasRowBias || (shape.embedding > 0 && shape.hidden.isEmpty)
    pairStride = PanelLayout.padded(shape.factors + (hasScalar ? 2 : 0))
    firstStride = PanelLayout.padded(firstWidth)
    pairs = RowLayout(stride: pairStride + firstStride)
    firsts = RowLayout(offset: pairStride, stride: pairStride + firstStride)
    firstBiasRange = range(of: .hiddenBias(0))
    outputFactorsRange = range(of: .outputFactors)
    outputTowerRange = firstWidth > 0 ? range(of: .outputTower) : 0..<0
    outputBias = range(of: .outputBias).lowerBound
    slopes = shape.hidden.indices.flatMap { Array(range(of: .hiddenSlope($0))) }

    let columns = shape.embedding == 0 ? 0 : max(firstWidth, 1)
    let first = range(of: firstWidth > 0 ? .hiddenWeight(0) : .outputTower)
    let middle = first.lowerBound + first.count / 2
    user = SideLayout(
      shape: shape, columns: columns, productColumn: firstWidth > 0 ? pairStride : shape.factors,
      sideStride: pairs.stride,
      weightRange: first.lowerBound..<middle, packedOffset: 0)
    item = SideLayout(
      shape: shape, columns: columns, productColumn: firstWidth > 0 ? pairStride : shape.factors + 1,
      sideStride: pairs.stride, weightRange: middle..<first.upperBound, packedOffset: user.packedEnd)

    var offset = item.packedEnd
    var block = 0
    var hidden: [HiddenLayout] = []
    for index in shape.hidden.indices.dropFirst() {
      let layer = HiddenLayout(
        inputs: shape.hidden[index - 1], outputs: shape.hidden[index], weightRange: range(of: .hiddenWeight(index)),
        biasRange: range(of: .hiddenBias(index)), index: index, packedOffset: offset, blockOffset: block)
      hidden.append(layer)
      offset = layer.backward.offset + layer.backward.count
      block = layer.rows.offset
    }
    self.hidden = hidden
    let lastStride = PanelLayout.padded(shape.hidden.last ?? 0)
    towerOutput = offset..<offset + lastStride
    weightCount = towerOutput.upperBound
    blockCount = block + lastStride * Self.blockSize
    widestCount = (shape.hidden.map(PanelLayout.padded).max() ?? 0) * Self.blockSize
  }

  /// Where the last hidden layer's rows stand in a block; without a hidden layer, no floats.
  var last: RowLayout { hidden.last?.rows ?? RowLayout(stride: firstStride) }
}

/// How the rows of one table become sides.
struct SideLayout: Sendable {
  /// Where the scales of the factors stand among the packed weights: the output weights on one side, ones on the other.
  let scales: Range<Int>
  /// The embeddings within a row of the table.
  let embeddings: RowLayout
  let factors: RowLayout
  /// Where the products of embeddings and first weights go within a side.
  let products: RowLayout
  /// The first weights and their transpose, packed; without a hidden layer their one column is the output weights.
  let forward: PanelLayout
  let backward: PanelLayout
  /// The same weights in the dense vector, `[embedding × columns]`.
  let weightRange: Range<Int>
  var packedEnd: Int { backward.offset + backward.count }

  init(
    shape: NetworkShape, columns: Int, productColumn: Int, sideStride: Int, weightRange: Range<Int>, packedOffset: Int
  ) {
    scales = packedOffset..<packedOffset + shape.factors
    factors = RowLayout(stride: shape.rowWidth)
    embeddings = RowLayout(offset: shape.factors, stride: shape.rowWidth)
    products = RowLayout(offset: productColumn, stride: sideStride)
    forward = PanelLayout(inner: shape.embedding, columns: columns, offset: scales.upperBound)
    backward = PanelLayout(inner: columns, columns: shape.embedding, offset: forward.offset + forward.count)
    self.weightRange = weightRange
  }
}

/// A hidden layer after the first.
struct HiddenLayout: Sendable {
  /// Its place among the hidden layers, from 0; that of its inputs is one less.
  let index: Int
  let inputs: Int
  let outputs: Int
  /// W with its bias, and Wᵀ, packed.
  let forward: PanelLayout
  let backward: PanelLayout
  /// Where a block's inputs and outputs stand, `[blockSize × padded width]`.
  let inputRows: RowLayout
  let rows: RowLayout
  /// W and its bias in the dense vector.
  let weightRange: Range<Int>
  let biasRange: Range<Int>

  init(
    inputs: Int, outputs: Int, weightRange: Range<Int>, biasRange: Range<Int>, index: Int, packedOffset: Int,
    blockOffset: Int
  ) {
    self.index = index
    self.inputs = inputs
    self.outputs = outputs
    self.weightRange = weightRange
    self.biasRange = biasRange
    forward = PanelLayout(inner: inputs, columns: outputs, offset: packedOffset)
    backward = PanelLayout(inner: outputs, columns: inputs, offset: packedOffset + forward.count)
    inputRows = RowLayout(offset: blockOffset, stride: PanelLayout.padded(inputs))
    rows = RowLayout(
      offset: blockOffset + inputRows.stride * ForwardLayout.blockSize, stride: PanelLayout.padded(outputs))
  }

  /// The floats of a block's inputs, and of its outputs.
  func inputRange(_ samples: Int) -> Range<Int> { inputRows.offset..<inputRows.offset + samples * inputRows.stride }
  func range(_ samples: Int) -> Range<Int> { rows.offset..<rows.offset + samples * rows.stride }
}
