import FoundationEssentials

/// The safetensors format (huggingface/safetensors, README.md): the byte count of a JSON header in 8 bytes, the header,
/// which gives each tensor its type, shape and place, then the values, without gaps. All little-endian.
enum Safetensors {
  /// Limit: a header of ours has a hundred bytes per tensor and a few tensors per layer; bounds what a file may make us
  /// allocate.
  static let headerLimit = 1 << 24
  static let type = "F32"

  /// One tensor of a header.
  struct Entry: Decodable, Equatable {
    let dtype: String
    let shape: [Int]
    /// Where the values begin and end behind the header.
    let dataOffsets: [Int]

    enum CodingKeys: String, CodingKey {
      case dtype, shape
      case dataOffsets = "data_offsets"
    }
  }

  /// The first bytes of a file of these tensors: the header with its byte count, padded so that the values are aligned.
  static func header(of tensors: [ModelTensor]) -> [UInt8] {
    var text = #"{"__metadata__":{"format":"pt"}"#
    var offset = 0
    for tensor in tensors {
      let shape = tensor.shape.map(String.init).joined(separator: ",")
      let end = offset + tensor.count * 4
      text += #","\#(tensor.name)":{"dtype":"\#(type)","shape":[\#(shape)],"data_offsets":[\#(offset),\#(end)]}"#
      offset = end
    }
    text += "}"
    text += String(repeating: " ", count: (8 - text.utf8.count % 8) % 8)
    let count = UInt64(text.utf8.count)
    return (0..<8).map { UInt8(truncatingIfNeeded: count >> (8 * $0)) } + Array(text.utf8)
  }

  /// The tensors that a header names; its metadata is passed over.
  struct Entries: Decodable {
    var entries: [String: Entry] = [:]

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: Name.self)
      for name in container.allKeys where name.stringValue != "__metadata__" {
        entries[name.stringValue] = try container.decode(Entry.self, forKey: name)
      }
    }
  }

  private struct Name: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init?(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }
}
