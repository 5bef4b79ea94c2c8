import FoundationEssentials
import SectionFile

/// A safetensors file, mapped into memory, whose header has been checked against the file and against what the file
/// must hold.
struct SafetensorsFile: ~Copyable {
  private let map: FileMap
  private let dataOffset: Int
  private let entries: [String: Safetensors.Entry]

  /// Throws unless the file holds exactly these tensors, without gaps or overlaps.
  init(path: String, holding tensors: [ModelTensor]) throws(ModelStoreError) {
    let map = try FileTree.map(path)
    guard map.byteCount >= 8 else { throw Self.damaged(path, "\(map.byteCount) bytes, too few for a safetensors file") }
    var headerCount: UInt64 = 0
    for index in 0..<8 { headerCount |= UInt64(map.byte(at: index)) << (8 * UInt64(index)) }
    guard headerCount <= UInt64(min(map.byteCount - 8, Safetensors.headerLimit)) else {
      throw Self.damaged(path, "a header of \(headerCount) bytes in a file of \(map.byteCount)")
    }
    let dataOffset = 8 + Int(headerCount)
    // Safety: copied while the map lives.
    let header = unsafe Data(map.memory[8..<dataOffset])
    let entries: [String: Safetensors.Entry]
    do { entries = try JSONDecoder().decode(Safetensors.Entries.self, from: header).entries } catch {
      throw Self.damaged(path, "its header is not that of a safetensors file")
    }
    try Self.check(entries, tensors, byteCount: map.byteCount - dataOffset, path)
    self.map = map
    self.dataOffset = dataOffset
    self.entries = entries
  }

  /// A tensor's values, `[count]`.
  func values(of tensor: ModelTensor) -> [Float] {
    guard let entry = entries[tensor.name] else { preconditionFailure("\(tensor.name) was checked to be there") }
    let start = dataOffset + entry.dataOffsets[0]
    // Safety: the extent was checked; the values are copied byte by byte, so their alignment does not matter.
    return unsafe [Float](unsafeUninitializedCapacity: tensor.count) { values, count in
      unsafe UnsafeMutableRawBufferPointer(values).copyMemory(
        from: UnsafeRawBufferPointer(rebasing: map.memory[start..<start + tensor.count * 4]))
      count = tensor.count
    }
  }

  private static func check(
    _ entries: [String: Safetensors.Entry], _ tensors: [ModelTensor], byteCount: Int, _ path: String
  ) throws(ModelStoreError) {
    for tensor in tensors {
      guard let entry = entries[tensor.name] else { throw damaged(path, "no tensor \(tensor.name)") }
      guard entry.dtype == Safetensors.type else {
        throw damaged(path, "tensor \(tensor.name) is of type \(entry.dtype), not \(Safetensors.type)")
      }
      guard entry.shape == tensor.shape else {
        throw damaged(path, "tensor \(tensor.name) has the shape \(entry.shape), not \(tensor.shape)")
      }
      let range = entry.dataOffsets
      guard range.count == 2, range[0] >= 0, range[0] <= range[1], range[1] <= byteCount,
        range[1] - range[0] == tensor.count * 4
      else { throw damaged(path, "tensor \(tensor.name) stands at \(range) of \(byteCount) bytes") }
    }
    let known = Set(tensors.map(\.name))
    if let stranger = entries.keys.sorted().first(where: { !known.contains($0) }) {
      throw damaged(path, "tensor \(stranger) does not belong to the model that config.json describes")
    }
    var end = 0
    for (name, entry) in entries.sorted(by: { $0.value.dataOffsets.lexicographicallyPrecedes($1.value.dataOffsets) }) {
      guard entry.dataOffsets[0] == end else { throw damaged(path, "tensor \(name) does not begin at byte \(end)") }
      end = entry.dataOffsets[1]
    }
    guard end == byteCount else { throw damaged(path, "\(byteCount - end) bytes behind the last tensor") }
  }

  private static func damaged(_ path: String, _ problem: String) -> ModelStoreError {
    ModelStoreError(.damaged, path: path, problem)
  }
}
