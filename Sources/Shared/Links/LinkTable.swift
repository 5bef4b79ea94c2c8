import Wire
package import ZeroMQ

/// The conversations of a router's process, one per peer. A peer's name is drawn anew whenever it begins one, so that
/// name and life go together.
package struct LinkTable {
  private let life = UInt32.newLife()
  private var places: [PeerIdentity: Int] = [:]
  package private(set) var links: [ReliableLink] = []

  // Limit: a thousand workers and servers, each started a few times; whoever comes beyond that is not heard.
  private static let limit = 8192

  package init() {}

  /// The place of a peer's link, for a message of it.
  /// - Returns: nil where it has none and this message begins none; the peer hears that it is a stranger
  package mutating func place(
    of peer: PeerIdentity, _ message: borrowing Message, through socket: borrowing Socket
  ) throws -> Int? {
    if let place = places[peer] { return place }
    let header = try LinkHeader(message.bytes)
    guard header.to == 0, header.kind == .frame, links.count < Self.limit else {
      guard header.kind != .stranger, header.to != 0 else { return nil }
      let answer = LinkHeader(kind: .stranger, from: life, to: header.from, sequence: 0, acknowledged: 0)
      _ = try answer.withBytes { bytes throws(ZeroMQError) in try socket.send(copying: bytes, to: peer) }
      return nil
    }
    places[peer] = links.count
    links.append(ReliableLink(life: life, peer: peer))
    return links.count - 1
  }

  package subscript(place: Int) -> ReliableLink { links[place] }
  package subscript(peer: PeerIdentity) -> ReliableLink? { places[peer].map { links[$0] } }

  /// When something is due on any of them.
  package var deadline: Double { links.reduce(.infinity) { min($0, $1.deadline) } }

  /// Sends what is due on all of them.
  package func tend(through socket: borrowing Socket, at time: Double) throws(ZeroMQError) {
    for link in links where link.deadline <= time { try link.tend(through: socket, at: time) }
  }

  package func acknowledgeAll(through socket: borrowing Socket) throws(ZeroMQError) {
    for link in links { try link.acknowledge(through: socket) }
  }

  /// Gives up conversations.
  package mutating func remove(where isOver: (ReliableLink) -> Bool) {
    guard links.contains(where: isOver) else { return }
    links.removeAll(where: isOver)
    places = [:]
    for (place, link) in links.enumerated() {
      if let peer = link.peer { places[peer] = place }
    }
  }

  package var counts: LinkCounts { links.reduce(into: LinkCounts()) { $0 += $1.counts } }
}
