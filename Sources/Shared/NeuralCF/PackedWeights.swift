import Kernels
import Plan

/// The dense weights as the kernels read them.
struct PackedWeights: ~Copyable, Sendable {
  let layout: ForwardLayout
  /// The dense vector as it came.
  private(set) var dense: FloatBuffer
  /// All matrices packed, then the output weights, padded, and the output bias.
  private(set) var packed: FloatBuffer

  init(layout: ForwardLayout) {
    self.layout = layout
    dense = FloatBuffer(count: layout.shape.denseCount)
    packed = FloatBuffer(count: layout.weightCount)
  }

  /// - Parameter weights: `[denseCount]`
  mutating func load(_ weights: Span<Float>) {
    precondition(weights.count == dense.count, "\(weights.count) dense weights for a model with \(dense.count)")
    var copy = dense.mutableSpan
    for index in weights.indices { copy[index] = weights[index] }
    Self.pack(weights, layout, into: &packed)
  }

  private static func pack(_ dense: Span<Float>, _ layout: ForwardLayout, into buffer: inout FloatBuffer) {
    var packed = buffer.mutableSpan
    func place(
      _ matrix: PanelLayout, at offset: Int, _ range: Range<Int>, transposed: Bool, bias: Range<Int>,
      _ packed: inout MutableSpan<Float>
    ) {
      guard matrix.count > 0 else { return }
      var part = packed._mutatingExtracting(offset..<offset + matrix.count)
      let columns = transposed ? matrix.inner : matrix.columns
      matrix.pack(
        dense.extracting(range), rowStride: transposed ? 1 : columns, columnStride: transposed ? columns : 1,
        bias: dense.extracting(bias), into: &part)
    }
    let forward = layout.sideForwardOffsets
    let backward = layout.sideBackwardOffsets
    place(
      layout.sideForward, at: forward.user, layout.userWeightRange, transposed: false, bias: layout.firstBiasRange,
      &packed)
    place(layout.sideForward, at: forward.item, layout.itemWeightRange, transposed: false, bias: 0..<0, &packed)
    place(layout.sideBackward, at: backward.user, layout.userWeightRange, transposed: true, bias: 0..<0, &packed)
    place(layout.sideBackward, at: backward.item, layout.itemWeightRange, transposed: true, bias: 0..<0, &packed)
    for layer in layout.hidden {
      place(
        layer.forward, at: layer.forwardOffset, layer.weightRange, transposed: false, bias: layer.biasRange, &packed)
      place(layer.backward, at: layer.backwardOffset, layer.weightRange, transposed: true, bias: 0..<0, &packed)
    }
    for (lane, index) in layout.outputFactorsRange.enumerated() {
      packed[layout.pairOutputOffset + lane] = dense[index]
    }
    if layout.outputFactorsRange.isEmpty {
      for lane in 0..<layout.shape.factors { packed[layout.pairOutputOffset + lane] = 1 }
    }
    for (lane, index) in layout.outputTowerRange.enumerated() { packed[layout.towerOutputOffset + lane] = dense[index] }
    packed[layout.outputBiasOffset] = dense[layout.outputBias]
  }
}
