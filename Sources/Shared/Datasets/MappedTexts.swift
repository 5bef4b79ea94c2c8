import Interactions
import SectionFile

/// Texts by row in a mapped container, and for ids the way back.
@safe
struct MappedTexts: @unchecked Sendable {
  let count: Int
  // Safety: pointers into the mapping of `file`; the initializer checked every extent.
  private let offsets: UnsafeBufferPointer<UInt64>
  private let bytes: UnsafeBufferPointer<UInt8>
  private let order: UnsafeBufferPointer<UInt32>?
  private let file: SectionFile

  init(_ file: SectionFile, _ names: DatasetSections.Texts, isOrdered: Bool) throws(SectionFileError) {
    func damaged(_ section: String, _ what: String) -> SectionFileError {
      SectionFileError(path: file.path, section: section, .inconsistent(what))
    }
    let offsets = unsafe try file.values(of: names.offsets, as: UInt64.self)
    let bytes = unsafe try file.values(of: names.bytes, as: UInt8.self)
    let order = unsafe isOrdered ? try file.values(of: names.order, as: UInt32.self) : nil
    guard offsets.count > 0, unsafe offsets[0] == 0, unsafe offsets[offsets.count - 1] == UInt64(bytes.count) else {
      throw damaged(names.offsets, "the texts do not end where their bytes do")
    }
    count = offsets.count - 1
    for row in 0..<count where unsafe offsets[row] > offsets[row + 1] {
      throw damaged(names.offsets, "the offsets descend after row \(row)")
    }
    if let order = unsafe order {
      let count = count
      guard order.count == count, unsafe !order.contains(where: { $0 >= count }) else {
        throw damaged(names.order, "not an order of \(count) rows")
      }
    }
    unsafe self.offsets = offsets
    unsafe self.bytes = bytes
    unsafe self.order = unsafe order
    self.file = file
  }

  subscript(row: Int) -> String {
    precondition(row >= 0 && row < count, "text \(row) of \(count)")
    return unsafe String(decoding: run(row), as: UTF8.self)
  }

  /// The row of a text, sought by its bytes; nil where there is none.
  func row(of text: String) -> UInt32? {
    // Safety: every row of the order was checked to be below the count.
    guard let order = unsafe order else { return nil }
    let sought = Array(text.utf8)
    var (first, end) = (0, count)
    while first < end {
      let middle = first + (end - first) / 2
      if unsafe run(Int(order[middle])).lexicographicallyPrecedes(sought) { first = middle + 1 } else { end = middle }
    }
    guard first < count, unsafe run(Int(order[first])).elementsEqual(sought) else { return nil }
    return unsafe order[first]
  }

  // Safety: the offsets ascend and end within the bytes, as the initializer checked.
  private func run(_ row: Int) -> Slice<UnsafeBufferPointer<UInt8>> {
    unsafe bytes[Int(offsets[row])..<Int(offsets[row + 1])]
  }
}
