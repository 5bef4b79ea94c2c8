internal import CZeroMQ

/// A pair of CURVE keys, forty characters each in the alphabet of Z85; see zmq_curve_keypair(3).
package struct CurveKeys: Sendable {
  package let publicKey: String
  let secretKey: String

  /// Limit: forty characters and a zero.
  private static let textByteCount = 41

  /// A new pair. Throws where libzmq was built without encryption.
  package init() throws(ZeroMQError) {
    var publicText = [CChar](repeating: 0, count: Self.textByteCount)
    var secretText = publicText
    // Safety: libzmq writes forty characters and a zero to each.
    if unsafe zmq_curve_keypair(&publicText, &secretText) != 0 { throw ZeroMQError.last("curve_keypair") }
    publicKey = Self.text(publicText)
    secretKey = Self.text(secretText)
  }

  private static func text(_ characters: [CChar]) -> String {
    String(decoding: characters.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}

/// Which side of an encrypted connection a socket is on; see zmq_curve(7).
///
/// What travels can be neither read nor changed, and a client knows that it talks to the server whose key it was given.
/// The server does not know its clients: libzmq lets in whoever comes with any key unless a ZAP handler refuses it, and
/// there is none here.
package enum CurveRole: Sendable {
  case server(CurveKeys)
  case client(CurveKeys, ofServer: String)

  func apply(to socket: SocketHandle) throws(ZeroMQError) {
    switch self {
    case .server(let keys):
      try socket.set(ZMQ_CURVE_SERVER, 1)
      try socket.set(ZMQ_CURVE_SECRETKEY, text: keys.secretKey)
    case .client(let keys, let serverKey):
      try socket.set(ZMQ_CURVE_SERVERKEY, text: serverKey)
      try socket.set(ZMQ_CURVE_PUBLICKEY, text: keys.publicKey)
      try socket.set(ZMQ_CURVE_SECRETKEY, text: keys.secretKey)
    }
  }
}
