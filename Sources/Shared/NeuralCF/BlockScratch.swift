import Kernels

/// What one block of samples keeps between its forward and its backward pass, layer after layer, `[blockSize × stride]` each.
struct BlockScratch: ~Copyable, Sendable {
  /// The sums of each hidden layer; the backward pass leaves their gradients in their place.
  var sums: FloatBuffer
  /// The activations of each hidden layer.
  var values: FloatBuffer
  /// The gradient of the layer below, before the slope of its activation.
  var upstream: FloatBuffer
  /// `[blockSize]`: logits, then the loss's slopes times the step's scale.
  var logits: FloatBuffer

  init(layout: ForwardLayout) {
    sums = FloatBuffer(count: layout.blockCount)
    values = FloatBuffer(count: layout.blockCount)
    upstream = FloatBuffer(count: layout.widestStride * ForwardLayout.blockSize)
    logits = FloatBuffer(count: ForwardLayout.blockSize)
  }
}
