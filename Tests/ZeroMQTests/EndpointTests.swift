import TestSupport
import Testing
import ZeroMQ

struct EndpointTests {
  @Test func whatIsReadIsWrittenAgain() throws {
    let texts = [
      "tcp://127.0.0.1:5555", "tcp://*:*", "tcp://worker-1.example:65535", "ipc:///run/job/server-0", "ipc://a",
    ]
    for text in texts {
      #expect(try Endpoint(text).description == text)
    }
    #expect(try Endpoint("tcp://127.0.0.1:0") == Endpoint("tcp://127.0.0.1:*"))
    #expect(try Endpoint("tcp://h:80").place == .tcp(host: "h", port: 80))
    #expect(try Endpoint("ipc://a/b").place == .ipc(path: "a/b"))
  }

  @Test(arguments: [
    ("", "neither"), ("127.0.0.1:5555", "neither"), ("udp://127.0.0.1:1", "neither"), ("tcp://", "no port"),
    ("tcp://:1", "no host"), ("tcp://host", "no port"), ("tcp://host:", "1 to 65535"),
    ("tcp://host:65536", "1 to 65535"),
    ("tcp://host:-1", "1 to 65535"), ("tcp://host:+1", "1 to 65535"), ("tcp://host:1x", "1 to 65535"),
    ("tcp://[::1]:1", "IPv6"),
    ("tcp://a b:1", "letters"), ("tcp://a;b:1", "letters"), ("ipc://", "no path"), ("ipc://*", "name a file"),
    ("ipc://@abstract", "name a file"), ("ipc://a\0b", "zero byte"),
  ])
  func whatIsNotAnEndpointIsRefused(_ text: String, _ problem: String) {
    let error = #expect(throws: ZeroMQError.self) { try Endpoint(text) }
    #expect(error?.kind == .badEndpoint)
    #expect(error?.problem.contains(problem) == true, "\(text): \(String(describing: error))")
    #expect(error?.hint.contains("tcp://HOST:PORT") == true)
  }

  @Test func aPathIsAsLongAsTheSystemAllowsAndNoLonger() throws {
    let longest = String(repeating: "p", count: Endpoint.maximumPathByteCount)
    let context = try Context()
    let socket = try Socket(context: context, kind: .router)
    let scratch = try TemporaryFolder()
    let filled = scratch.path + "/" + longest.dropFirst(scratch.path.utf8.count + 1)
    #expect(filled.utf8.count == Endpoint.maximumPathByteCount)
    try socket.bind(try Endpoint("ipc://" + filled))
    let error = #expect(throws: ZeroMQError.self) { try Endpoint("ipc://" + longest + "p") }
    #expect(error?.problem.contains("108 bytes") == true)
    #expect(error?.problem.contains("107") == true)
  }

  @Test(arguments: [
    ("tcp://127.0.0.1:1", true), ("tcp://127.9.9.9:1", true), ("tcp://localhost:1", true), ("ipc://x", true),
    ("tcp://*:1", false), ("tcp://0.0.0.0:1", false), ("tcp://10.0.0.1:1", false), ("tcp://127.0.0.1.example:1", false),
    ("tcp://127.0.0:1", false), ("tcp://127.0.0.256:1", false), ("tcp://127.evil.0.1:1", false),
    ("tcp://eth0:1", false),
  ])
  func loopbackIsToldFromTheWorld(_ text: String, _ expected: Bool) throws {
    #expect(try Endpoint(text).isLoopback == expected)
  }
}
