/// A block of a matrix product that stays in registers while its inner dimension runs. Tiles are composed from lines,
/// so that the compiler sees every row as a variable of its own.
protocol Tile {
  associatedtype Columns: Line
  static var rows: Int { get }
  /// Row `r` starts at `address + r × stride`.
  init(at address: UnsafePointer<Float>, stride: Int)
  /// Adds the outer product of a column of scalars, `stride` apart, with a line.
  mutating func add(_ scalars: UnsafePointer<Float>, stride: Int, times line: Columns)
  func store(at address: UnsafeMutablePointer<Float>, stride: Int)
}

/// Room for a tile in memory.
// Limit: the largest tile is 8 rows of 32 floats, or 16 of 16.
typealias TileCopy = InlineArray<256, Float>

/// One row.
struct RowTile<Columns: Line>: Tile {
  var line: Columns

  @inline(__always)
  static var rows: Int { 1 }

  // Safety: in all of these the caller answers for the floats of each row at its address.
  @inline(__always)
  init(at address: UnsafePointer<Float>, stride: Int) { line = unsafe Columns(at: address) }

  @inline(__always)
  mutating func add(_ scalars: UnsafePointer<Float>, stride: Int, times line: Columns) {
    self.line = unsafe self.line.adding(scalars.pointee, times: line)
  }

  @inline(__always)
  func store(at address: UnsafeMutablePointer<Float>, stride: Int) { unsafe line.store(at: address) }
}

/// Two tiles, one above the other.
struct Two<Part: Tile>: Tile {
  var upper: Part
  var lower: Part

  @inline(__always)
  static var rows: Int { 2 * Part.rows }

  // Safety: in all of these the caller answers for the floats of each row at its address.
  @inline(__always)
  init(at address: UnsafePointer<Float>, stride: Int) {
    upper = unsafe Part(at: address, stride: stride)
    lower = unsafe Part(at: address + Part.rows * stride, stride: stride)
  }

  @inline(__always)
  mutating func add(_ scalars: UnsafePointer<Float>, stride: Int, times line: Part.Columns) {
    unsafe upper.add(scalars, stride: stride, times: line)
    unsafe lower.add(scalars + Part.rows * stride, stride: stride, times: line)
  }

  @inline(__always)
  func store(at address: UnsafeMutablePointer<Float>, stride: Int) {
    unsafe upper.store(at: address, stride: stride)
    unsafe lower.store(at: address + Part.rows * stride, stride: stride)
  }
}

/// Three tiles, one above the other.
struct Three<Part: Tile>: Tile {
  var upper: Part
  var lower: Two<Part>

  @inline(__always)
  static var rows: Int { 3 * Part.rows }

  // Safety: in all of these the caller answers for the floats of each row at its address.
  @inline(__always)
  init(at address: UnsafePointer<Float>, stride: Int) {
    upper = unsafe Part(at: address, stride: stride)
    lower = unsafe Two(at: address + Part.rows * stride, stride: stride)
  }

  @inline(__always)
  mutating func add(_ scalars: UnsafePointer<Float>, stride: Int, times line: Part.Columns) {
    unsafe upper.add(scalars, stride: stride, times: line)
    unsafe lower.add(scalars + Part.rows * stride, stride: stride, times: line)
  }

  @inline(__always)
  func store(at address: UnsafeMutablePointer<Float>, stride: Int) {
    unsafe upper.store(at: address, stride: stride)
    unsafe lower.store(at: address + Part.rows * stride, stride: stride)
  }
}
