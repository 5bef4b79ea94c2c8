import Kernels
import Plan

/// What a leaf moves: rows to samples, gradients back to rows, and the sums of two leaves.
struct LeafStairs {
  let name: String
  let shape: NetworkShape
  let leaf: SampleLeaf

  init(_ name: String, _ shape: NetworkShape, _ samples: Int) {
    self.name = "\(name), leaf \(samples)"
    self.shape = shape
    leaf = SampleLeaf(samples: samples)
  }

  func climb(on staircase: inout Staircase) {
    climbGather(on: &staircase)
    climbGatherSums(on: &staircase)
    climbScatter(on: &staircase)
    climbMerge(on: &staircase)
  }

  private var samples: Int { leaf.itemOfSample.count }
  private var firstWidth: Int { shape.hidden[0] }
  private static let floatBytes = 4

  /// The item rows of a leaf out of those of its whole step, which are about ten times as many.
  private func climbGather(on staircase: inout Staircase) {
    let width = shape.rowWidth
    let ofStep = SampleLeaf(samples: 4096)
    let places = leaf.items.map { row in UInt32(ofStep.items.count { $0 < row }) }
    let source = FloatBuffer.noise((ofStep.items.count + 1) * width)
    var plainRows = FloatBuffer(count: places.count * width)
    var rows = FloatBuffer(count: places.count * width)
    let plain = { Self.gatherPlainly(places, source, width, into: &plainRows) }
    let fast = { Self.gather(places, source, width, into: &rows) }
    plain()
    fast()
    checkAgreement("gather", plainRows.span, rows.span)
    staircase.compare(
      "gather rows", "\(name): \(places.count) rows of \(width)", .bytes(2 * places.count * width * Self.floatBytes),
      plain: plain, fast: fast)
  }

  /// The sums of the first layer, from the products of distinct rows.
  private func climbGatherSums(on staircase: inout Staircase) {
    let width = firstWidth
    let users = FloatBuffer.noise(leaf.userCount * width)
    let items = FloatBuffer.noise(leaf.items.count * width, seed: 2)
    var plainSums = FloatBuffer(count: samples * width)
    var sums = FloatBuffer(count: samples * width)
    let plain = { Self.gatherSumsPlainly(leaf, users, items, width, into: &plainSums) }
    let fast = { Self.gatherSums(leaf, users, items, width, into: &sums) }
    plain()
    fast()
    checkAgreement("gather and add", plainSums.span, sums.span)
    staircase.compare(
      "gather and add", "\(name): \(samples) × 2 rows of \(width)", .bytes(3 * samples * width * Self.floatBytes),
      plain: plain, fast: fast)
  }

  private func climbScatter(on staircase: inout Staircase) {
    let width = firstWidth
    let gradients = FloatBuffer.noise(samples * width)
    var plainUsers = FloatBuffer(count: leaf.userCount * width)
    var plainItems = FloatBuffer(count: leaf.items.count * width)
    var users = FloatBuffer(count: leaf.userCount * width)
    var items = FloatBuffer(count: leaf.items.count * width)
    let plain = { Self.scatterPlainly(leaf, gradients, width, into: &plainUsers, &plainItems) }
    let fast = { Self.scatter(leaf, gradients, width, into: &users, &items) }
    plain()
    fast()
    checkAgreement("scatter to users", plainUsers.span, users.span)
    checkAgreement("scatter to items", plainItems.span, items.span)
    staircase.compare(
      "scatter-add", "\(name): \(samples) × 2 rows of \(width)", .bytes(5 * samples * width * Self.floatBytes),
      plain: plain, fast: fast)
  }

  /// Two leaves' item gradients become one node's.
  private func climbMerge(on staircase: inout Staircase) {
    let width = shape.rowWidth
    let other = SampleLeaf(samples: samples, seed: 2).items
    let left = FloatBuffer.noise(leaf.items.count * width)
    let right = FloatBuffer.noise(other.count * width, seed: 2)
    var plainSums = FloatBuffer(count: (leaf.items.count + other.count) * width)
    var sums = FloatBuffer(count: (leaf.items.count + other.count) * width)
    var rows: [UInt32] = []
    let plain = { Self.mergePlainly(leaf.items, left, other, right, width, into: &rows, &plainSums) }
    let fast = { Self.merge(leaf.items, left, other, right, width, into: &rows, &sums) }
    plain()
    fast()
    checkAgreement("merge", plainSums.span, sums.span)
    let moved = leaf.items.count + other.count + rows.count
    staircase.compare(
      "merge two leaves", "\(name): \(leaf.items.count) + \(other.count) → \(rows.count) rows of \(width)",
      .bytes(moved * width * Self.floatBytes), plain: plain, fast: fast)
  }

  // The buffers are arguments, so that each callee may open spans of several of them at once.

  private static func gatherPlainly(
    _ places: [UInt32], _ source: borrowing FloatBuffer, _ width: Int, into rows: inout FloatBuffer
  ) {
    var target = rows.mutableSpan
    Plain.gather(places.span, source.span, width: width, into: &target)
  }

  private static func gather(
    _ places: [UInt32], _ source: borrowing FloatBuffer, _ width: Int, into rows: inout FloatBuffer
  ) {
    var target = rows.mutableSpan
    gatherRows(places.span, of: source.span, width: width, into: &target)
  }

  private static func gatherSumsPlainly(
    _ leaf: SampleLeaf, _ users: borrowing FloatBuffer, _ items: borrowing FloatBuffer, _ width: Int,
    into sums: inout FloatBuffer
  ) {
    var target = sums.mutableSpan
    Plain.gatherSums(
      leaf.userOfSample.span, users.span, leaf.itemOfSample.span, items.span, width: width, into: &target)
  }

  private static func gatherSums(
    _ leaf: SampleLeaf, _ users: borrowing FloatBuffer, _ items: borrowing FloatBuffer, _ width: Int,
    into sums: inout FloatBuffer
  ) {
    var target = sums.mutableSpan
    Kernels.gatherSums(
      leaf.userOfSample.span, of: users.span, leaf.itemOfSample.span, of: items.span, RowLayout(stride: width),
      width: width, into: &target)
  }

  private static func scatterPlainly(
    _ leaf: SampleLeaf, _ gradients: borrowing FloatBuffer, _ width: Int, into users: inout FloatBuffer,
    _ items: inout FloatBuffer
  ) {
    var left = users.mutableSpan
    var right = items.mutableSpan
    Plain.scatter(
      gradients.span, width: width, leaf.userOfSample.span, into: &left, leaf.itemOfSample.span, into: &right)
  }

  private static func scatter(
    _ leaf: SampleLeaf, _ gradients: borrowing FloatBuffer, _ width: Int, into users: inout FloatBuffer,
    _ items: inout FloatBuffer
  ) {
    var left = users.mutableSpan
    var right = items.mutableSpan
    scatterSums(
      gradients.span, width: width, leaf.userOfSample.span, into: &left, leaf.itemOfSample.span, into: &right,
      RowLayout(stride: width))
  }

  private static func mergePlainly(
    _ leftRows: [UInt32], _ left: borrowing FloatBuffer, _ rightRows: [UInt32], _ right: borrowing FloatBuffer,
    _ width: Int, into rows: inout [UInt32], _ sums: inout FloatBuffer
  ) {
    rows.removeAll(keepingCapacity: true)
    var target = sums.mutableSpan
    Plain.merge(leftRows.span, left.span, rightRows.span, right.span, width: width, into: &rows, &target)
  }

  private static func merge(
    _ leftRows: [UInt32], _ left: borrowing FloatBuffer, _ rightRows: [UInt32], _ right: borrowing FloatBuffer,
    _ width: Int, into rows: inout [UInt32], _ sums: inout FloatBuffer
  ) {
    rows.removeAll(keepingCapacity: true)
    var target = sums.mutableSpan
    mergeRows(leftRows.span, left.span, rightRows.span, right.span, width: width, into: &rows, &target)
  }
}
