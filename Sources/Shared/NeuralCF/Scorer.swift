import Kernels
package import Plan

/// Ranks items for users by their logits. The items' share of the first layer is computed once.
package struct Scorer: ~Copyable, Sendable {
  private let itemCount: Int
  private var weights: PackedWeights
  private var userSide: FloatBuffer
  private var itemSides: FloatBuffer
  private var scratch: BlockScratch
  /// `[blockSize]` zeros: every sample has the one user.
  private let users = [UInt32](repeating: 0, count: ForwardLayout.blockSize)
  /// `[items]`: 0, 1, 2, …
  private let everyItem: [UInt32]

  /// - Parameters:
  ///   - dense: `[denseCount]`, in the order of `NetworkShape.denseBlocks`
  ///   - itemRows: `[items × rowWidth]`
  package init(shape: NetworkShape, dense: Span<Float>, itemRows: Span<Float>) {
    precondition(itemRows.count.isMultiple(of: shape.rowWidth), "\(itemRows.count) floats in rows of \(shape.rowWidth)")
    let layout = ForwardLayout(shape: shape)
    itemCount = itemRows.count / shape.rowWidth
    everyItem = (0..<UInt32(itemCount)).map { $0 }
    weights = PackedWeights(layout: layout)
    weights.load(dense)
    userSide = FloatBuffer(count: layout.pairs.stride)
    itemSides = FloatBuffer(count: itemCount * layout.pairs.stride)
    scratch = BlockScratch(layout: layout)
    Sides.fill(itemCount, of: .item, itemRows, layout, weights: weights.packed, into: &itemSides)
  }

  /// The logits of some items for one user; each depends on nothing but the user's and the item's own values.
  /// - Parameters:
  ///   - userRow: `[rowWidth]`
  ///   - items: `[n]` rows of the item table
  ///   - logits: `[n]`
  package mutating func score(userRow: Span<Float>, items: Span<UInt32>, into logits: inout MutableSpan<Float>) {
    precondition(rowCount(items) <= itemCount, "\(rowCount(items)) items are named, \(itemCount) are there")
    take(userRow)
    let users = users
    Self.run(
      users.span, items, weights, userSide: userSide, itemSides: itemSides, scratch: &scratch, into: &logits)
  }

  /// The logits of every item for one user.
  /// - Parameters:
  ///   - userRow: `[rowWidth]`
  ///   - logits: `[items]`
  package mutating func scoreAll(userRow: Span<Float>, into logits: inout MutableSpan<Float>) {
    take(userRow)
    let users = users
    let everyItem = everyItem
    Self.run(
      users.span, everyItem.span, weights, userSide: userSide, itemSides: itemSides, scratch: &scratch,
      into: &logits)
  }

  private mutating func take(_ userRow: Span<Float>) {
    let layout = weights.layout
    precondition(
      userRow.count == layout.shape.rowWidth, "\(userRow.count) floats for a row of \(layout.shape.rowWidth)")
    Sides.fill(1, of: .user, userRow, layout, weights: weights.packed, into: &userSide)
  }

  private static func run(
    _ users: Span<UInt32>, _ items: Span<UInt32>, _ weights: borrowing PackedWeights,
    userSide: borrowing FloatBuffer, itemSides: borrowing FloatBuffer, scratch: inout BlockScratch,
    into logits: inout MutableSpan<Float>
  ) {
    switch weights.layout.shape.activation {
    case .relu: runBlocks(ReLU.self, users, items, weights, userSide, itemSides, &scratch, &logits)
    case .leakyReLU: runBlocks(LeakyReLU.self, users, items, weights, userSide, itemSides, &scratch, &logits)
    case .prelu: runBlocks(PReLU.self, users, items, weights, userSide, itemSides, &scratch, &logits)
    case .elu: runBlocks(ELU.self, users, items, weights, userSide, itemSides, &scratch, &logits)
    case .swish: runBlocks(Swish.self, users, items, weights, userSide, itemSides, &scratch, &logits)
    }
  }

  private static func runBlocks<Kind: Activation>(
    _ activation: Kind.Type, _ users: Span<UInt32>, _ items: Span<UInt32>, _ weights: borrowing PackedWeights,
    _ userSide: borrowing FloatBuffer, _ itemSides: borrowing FloatBuffer, _ scratch: inout BlockScratch,
    _ logits: inout MutableSpan<Float>
  ) {
    precondition(logits.count == items.count, "\(items.count) items and room for \(logits.count) logits")
    let none: [UInt64] = []
    var start = 0
    while start < items.count {
      let count = min(ForwardLayout.blockSize, items.count - start)
      ForwardPass.run(
        activation, users: users.extracting(first: count), items: items.extracting(start..<start + count),
        weights: weights, userSides: userSide, itemSides: itemSides, numbers: none.span, into: &scratch)
      let found = scratch.logits.span
      for index in 0..<count { logits[start + index] = found[index] }
      start += count
    }
  }
}
