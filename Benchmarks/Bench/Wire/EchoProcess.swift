import Foundation
import ZeroMQ

/// A process of this program that echoes; it ends when this value does.
struct EchoProcess: ~Copyable {
  let endpoint: Endpoint
  /// Its public key, where it encrypts.
  let serverKey: String?
  private let process: Process
  private let input: Pipe

  init(_ transport: Transport, folder: String) throws {
    let process = Process()
    let input = Pipe()
    let output = Pipe()
    process.executableURL = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
    process.arguments = ["echo", transport.place(in: folder)] + (transport == .curve ? ["--curve"] : [])
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    let words = try Self.line(output).split(separator: " ")
    guard words.count == 2 else { throw EchoError(description: "the other end did not begin") }
    endpoint = try Endpoint(String(words[0]))
    serverKey = words[1] == "-" ? nil : String(words[1])
    self.process = process
    self.input = input
  }

  deinit {
    do {
      try input.fileHandleForWriting.close()
    } catch {
      process.terminate()
    }
    process.waitUntilExit()
  }

  private static func line(_ pipe: Pipe) throws -> String {
    var bytes = Data()
    while bytes.last != UInt8(ascii: "\n"), let more = try pipe.fileHandleForReading.read(upToCount: 1), !more.isEmpty {
      bytes += more
    }
    return String(decoding: bytes.dropLast(), as: UTF8.self)
  }
}

/// What carries frames.
enum Transport: String, CaseIterable {
  case ipc
  case tcp
  case curve = "tcp, CURVE"

  func place(in folder: String) -> String {
    switch self {
    case .ipc: "ipc://\(folder)/echo"
    case .tcp, .curve: "tcp://127.0.0.1:*"
    }
  }
}
