import Foundation

/// The exit codes of the contract.
enum ExitStatus: Int32 {
  case done = 0
  case usage = 64
  case badData = 65
  case missingInput = 66
  case unavailable = 69
  case bug = 70
  case cannotWrite = 73
  case inputOutput = 74
  case tryAgain = 75
  case interrupted = 130
}

/// A command that cannot do what it was asked: what is wrong, and what would help.
struct CommandFailure: Error, Equatable {
  let status: ExitStatus
  let message: String
  let hint: String?

  init(_ status: ExitStatus, _ message: String, hint: String? = nil) {
    self.status = status
    self.message = message
    self.hint = hint
  }

  /// Says it once, on standard error.
  func report() {
    var text = "neumf: error: \(message)\n"
    if let hint { text += "  hint: \(hint)\n" }
    FileHandle.standardError.write(Data(text.utf8))
  }
}
