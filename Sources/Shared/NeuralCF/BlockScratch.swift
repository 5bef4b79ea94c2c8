import Kernels

/// What one block of samples keeps between its forward and its backward pass, layer after layer, `[blockSize × padded
/// width]` each.
struct BlockScratch: ~Copyable, Sendable {
  /// The sums of each hidden layer; the backward pass leaves their gradients in their place.
  var sums: FloatBuffer
  /// The activations of each hidden layer, without what is dropped.
  var values: FloatBuffer
  /// What dropout multiplies the activations by; no floats where nothing is ever dropped.
  var masks: FloatBuffer
  /// The gradient of one layer's activations.
  var upstream: FloatBuffer
  /// `[blockSize]`: logits, then the slopes of the losses, times the step's scale.
  var logits: FloatBuffer
  /// `[blockSize]`
  var losses: FloatBuffer

  init(layout: ForwardLayout, drops: Bool = false) {
    sums = FloatBuffer(count: layout.blockCount)
    values = FloatBuffer(count: layout.blockCount)
    masks = FloatBuffer(count: drops ? layout.blockCount : 0)
    upstream = FloatBuffer(count: layout.widestCount)
    logits = FloatBuffer(count: ForwardLayout.blockSize)
    losses = FloatBuffer(count: ForwardLayout.blockSize)
  }
}
