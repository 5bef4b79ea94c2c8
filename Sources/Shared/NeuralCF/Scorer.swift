import Kernels
package import Plan

/// Ranks items for users by their logits. The items' share of the first layer is computed once.
package struct Scorer: ~Copyable, Sendable {
  private let layout: ForwardLayout
  private let activation: ActivationKind
  private let itemCount: Int
  private var weights: PackedWeights
  private var userSide: FloatBuffer
  private var itemSides: FloatBuffer
  private var scratch: BlockScratch

  /// - Parameters:
  ///   - dense: `[denseCount]`
  ///   - itemRows: `[items × rowWidth]`
  package init(shape: NetworkShape, activation: ActivationKind, dense: Span<Float>, itemRows: Span<Float>) {
    let layout = ForwardLayout(shape: shape)
    self.layout = layout
    self.activation = activation
    itemCount = itemRows.count / shape.rowWidth
    weights = PackedWeights(layout: layout)
    weights.load(dense)
    userSide = FloatBuffer(count: layout.sideStride)
    itemSides = FloatBuffer(count: itemCount * layout.sideStride)
    scratch = BlockScratch(layout: layout)
    ForwardPass.fillSides(of: itemRows, .item, itemCount, layout, weights: weights.packed, into: &itemSides)
  }

  /// The logits of some items for one user; an item's logit depends on nothing but the user's and its own values.
  /// - Parameters:
  ///   - userRow: `[rowWidth]`
  ///   - items: `[n]` rows of the item table
  ///   - logits: `[n]`
  package mutating func score(userRow: Span<Float>, items: Span<UInt32>, into logits: inout MutableSpan<Float>) {
    precondition(items.count == logits.count, "\(items.count) items and room for \(logits.count) logits")
    ForwardPass.fillSides(of: userRow, .user, 1, layout, weights: weights.packed, into: &userSide)
    var positions = InlineArray<64, UInt32>(repeating: 0)
    let users = InlineArray<64, UInt32>(repeating: 0)
    var start = 0
    while start < items.count {
      let count = min(ForwardLayout.blockSize, items.count - start)
      for index in 0..<count {
        positions[index] = items[start + index]
        precondition(Int(positions[index]) < itemCount, "item \(positions[index]) of \(itemCount)")
      }
      run(users.span.extracting(0..<count), positions.span.extracting(0..<count))
      for index in 0..<count { logits[start + index] = scratch.logits[index] }
      start += count
    }
  }

  /// The logits of every item for one user.
  /// - Parameters:
  ///   - userRow: `[rowWidth]`
  ///   - logits: `[items]`
  package mutating func scoreAll(userRow: Span<Float>, into logits: inout MutableSpan<Float>) {
    precondition(logits.count == itemCount, "\(itemCount) items and room for \(logits.count) logits")
    ForwardPass.fillSides(of: userRow, .user, 1, layout, weights: weights.packed, into: &userSide)
    var positions = InlineArray<64, UInt32>(repeating: 0)
    let users = InlineArray<64, UInt32>(repeating: 0)
    var start = 0
    while start < itemCount {
      let count = min(ForwardLayout.blockSize, itemCount - start)
      for index in 0..<count { positions[index] = UInt32(start + index) }
      run(users.span.extracting(0..<count), positions.span.extracting(0..<count))
      for index in 0..<count { logits[start + index] = scratch.logits[index] }
      start += count
    }
  }

  private mutating func run(_ users: Span<UInt32>, _ items: Span<UInt32>) {
    switch activation {
    case .relu:
      ForwardPass.run(
        ReLU.self, users: users, items: items, layout, weights: weights.packed, userSides: userSide,
        itemSides: itemSides, into: &scratch)
    }
  }
}
