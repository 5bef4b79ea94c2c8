package import Plan
import Tables

extension CheckpointWriter {
  /// Records of the table's next rows as servers hold them: `parts[s]` are those of server s from one place on, and
  /// rows go round the servers. The first servers may have one row more than the others.
  package mutating func append(interleaving parts: [[UInt8]]) throws(ModelStoreError) {
    guard let table else { preconditionFailure("records before a table has begun") }
    let size = header.recordByteCount(of: table)
    let counts = parts.map { $0.count / size }
    let most = counts.max() ?? 0
    for (server, part) in parts.enumerated() {
      precondition(part.count == counts[server] * size, "\(part.count) bytes of records of \(size)")
      precondition(
        counts[server] <= (server == 0 ? most : counts[server - 1]) && counts[server] + 1 >= most, "\(counts) rows")
    }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(parts.reduce(0) { $0 + $1.count })
    for place in 0..<most {
      for (server, part) in parts.enumerated() where place < counts[server] {
        bytes.append(contentsOf: part[place * size..<(place + 1) * size])
      }
    }
    // Safety: bytes have no padding.
    try append(unsafe bytes.span.bytes)
  }

  /// The dense vector's record from those of the servers' slices: `slices[s]` is that of server s.
  package mutating func append(denseSlices slices: [[UInt8]], under placement: Placement) throws(ModelStoreError) {
    precondition(slices.count == placement.servers, "\(slices.count) slices of \(placement.servers) servers")
    let (width, optimizer) = (header.width(of: .dense), header.optimizer(of: .dense))
    var bytes = [UInt8](repeating: 0, count: header.recordByteCount(of: .dense))
    for (server, slice) in slices.enumerated() {
      let range = placement.denseRange(of: width, on: ServerID(server))
      var span = bytes.mutableSpan
      // Safety: any bits are bytes, and bytes have no padding.
      var record = unsafe span.mutableBytes
      RowRecord.insert(unsafe slice.span.bytes, at: range, width: width, optimizer: optimizer, into: &record)
    }
    // Safety: the same.
    try append(unsafe bytes.span.bytes)
  }
}
