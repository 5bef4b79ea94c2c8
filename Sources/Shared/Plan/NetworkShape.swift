/// The sizes of a model, derived from the plan: how wide an embedding row is and where each dense weight stands.
package struct NetworkShape: Sendable, Equatable {
  /// Which of the four models.
  package let model: ModelKind
  /// The widths of the GMF part and of the MLP part of a row; 0 where the model lacks that part.
  package let factors: Int
  package let embedding: Int
  /// The output widths of the hidden layers; the first layer's input is the user's and the item's MLP part,
  /// concatenated.
  package let hidden: [Int]
  /// What they apply to their sums.
  package let activation: ActivationKind
  /// Whether each user and item adds a number of its own to its scores.
  package let hasRowBias: Bool

  /// - Parameter biases: whether rows have them; those of MF always do
  package init(
    model: ModelKind, factors: Int, layers: [Int], activation: ActivationKind = .relu, biases: Bool = false
  ) {
    self.model = model
    self.activation = activation
    hasRowBias = biases || model == .mf
    self.factors = model == .mlp ? 0 : factors
    let tower = model == .mlp || model == .neumf
    embedding = tower ? layers[0] / 2 : 0
    hidden = tower ? Array(layers.dropFirst()) : []
  }

  // MARK: a row of either table: [factors | embedding | bias]

  /// The floats of one row.
  package var rowWidth: Int { factors + embedding + (hasRowBias ? 1 : 0) }

  // MARK: the dense weights: hidden layers in order, then the output layer

  /// The width of what the tower hands to the output layer.
  package var towerWidth: Int { hidden.last ?? 2 * embedding }

  /// The blocks of the dense vector, in their order. Weights are `[inputs × outputs]`, row-major: the first hidden
  /// layer's leading `embedding` rows act on the user, the others on the item.
  package var denseBlocks: [DenseBlock] {
    var blocks: [DenseBlock] = []
    var offset = 0
    func append(_ name: String, _ role: DenseBlock.Role, _ inputs: Int, _ outputs: Int) {
      blocks.append(DenseBlock(name: name, role: role, offset: offset, inputs: inputs, outputs: outputs))
      offset += inputs * outputs
    }
    var inputs = 2 * embedding
    for (layer, outputs) in hidden.enumerated() {
      append("mlp.\(layer).weight", .hiddenWeight(layer), inputs, outputs)
      append("mlp.\(layer).bias", .hiddenBias(layer), 1, outputs)
      if activation == .prelu { append("mlp.\(layer).slope", .hiddenSlope(layer), 1, 1) }
      inputs = outputs
    }
    if model == .gmf || model == .neumf { append("output.gmf", .outputFactors, factors, 1) }
    if embedding > 0 { append("output.mlp", .outputTower, towerWidth, 1) }
    append("output.bias", .outputBias, 1, 1)
    return blocks
  }

  /// The floats of the dense vector.
  package var denseCount: Int { denseBlocks.last.map { $0.offset + $0.count } ?? 0 }
}

/// One matrix or vector inside the dense vector.
package struct DenseBlock: Sendable, Equatable {
  package enum Role: Sendable, Equatable {
    case hiddenWeight(Int)
    case hiddenBias(Int)
    /// What a hidden layer's activation is multiplied by below 0, where that is learnt.
    case hiddenSlope(Int)
    /// The output layer's weights on the element-wise product of the GMF parts.
    case outputFactors
    /// The output layer's weights on the tower's last activations.
    case outputTower
    case outputBias
  }
  package let name: String
  package let role: Role
  package let offset: Int
  package let inputs: Int
  package let outputs: Int
  package var count: Int { inputs * outputs }
  package var range: Range<Int> { offset..<offset + count }
}
