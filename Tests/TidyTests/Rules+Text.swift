enum Rules {
  static let all = text + imports + shape

  /// What must not stand in a line.
  static let text: [Rule] = [
    .code(
      "try!", use: "a typed throw, or a precondition that names the values", bad: "let x = try! f()",
      good: "let x = try f()"
    ) { $0.contains("try!") },
    .code(
      "try?", use: "do and catch the error by its type", in: { $0.path != "Package.swift" },
      bad: "let x = try? f()", good: "let x = try f() ?? entry?.count"
    ) { word("try?", in: $0) },
    .code(
      "fatalError", use: "preconditionFailure with the values in the sentence", bad: "fatalError(\"no\")",
      good: "preconditionFailure(\"state \\(state)\")"
    ) { $0.contains("fatalError(") },
    .text(
      "a note to do later", use: "do it, or write an issue", bad: "// TODO: finish", good: "// All todos are done."
    ) { line in ["TODO", "FIXME"].contains { line.contains($0) } },
    .code(
      "nonisolated(unsafe)", use: "a value that its user owns", bad: "nonisolated(unsafe) var x = 1",
      good: "nonisolated let x = 1"
    ) { $0.contains("nonisolated(unsafe)") },
    .code(
      "an empty catch", use: "say what the error means here", bad: "do { try f() } catch {}",
      good: "do { try f() } catch { report(error) }"
    ) { $0.contains("catch") && $0.replacing(" ", with: "").contains("catch{}") },
    .code(
      "a function named process… or do…", use: "the verb that it means", bad: "func processBatch() {",
      good: "func processor() { func doubled() { func processLost() {"
    ) { line in ["func process", "func do"].contains { goesOn($0, in: line) } },
    .text(
      "a banner", use: "a file of its own for each subject", bad: "// ==== Sockets ====", good: "// a == b"
    ) { $0.contains("// ===") || $0.contains("// ---") || $0.contains("/****") },
    .text(
      "code in a comment", use: "the history, which keeps it", bad: "  // let x = 3", good: "  // Let x be three."
    ) { isCommentedCode($0) },
    .text("a tab", use: "two spaces", bad: "\tlet x = 1", good: "  let x = 1") { $0.contains("\t") },
    .text("a blank at the end of a line", use: "nothing", bad: "let x = 1 ", good: "let x = 1") {
      $0.hasSuffix(" ") || $0.hasSuffix("\r")
    },
    .text(
      "a line of more than 120 columns", use: "a break, or a name for a part of it",
      bad: String(repeating: "x", count: 121), good: String(repeating: "x", count: 120)
    ) { $0.utf8.count > 120 && $0.count > 120 },
    .code(
      "a sleep in a test", use: "a wait for what the test needs, with a deadline", in: \.isTest,
      bad: "try await Task.sleep(for: .seconds(1))", good: "let asleep = sleeper(3)",
      at: "Tests/PlanTests/Example.swift"
    ) { line in ["sleep(", "sleep (for"].contains { word($0, in: line) } },
    .code(
      "a disabled test", use: "a test that runs, or none", in: \.isTest, bad: "@Test(.disabled(\"slow\"))",
      good: "@Test(.enabled(if: hasData, \"NEUMF_DATA is not set\"))", at: "Tests/PlanTests/Example.swift"
    ) { $0.contains(".disabled(") },
  ]

  /// Whether `text` stands in `line` with nothing that belongs to a name before it.
  private static func word(_ text: String, in line: String) -> Bool {
    line.contains(text)
      && line.ranges(of: text).contains { range in
        range.lowerBound == line.startIndex || !line[line.index(before: range.lowerBound)].isLetter
      }
  }

  /// Whether a name goes on with a capital behind `prefix`.
  private static func goesOn(_ prefix: String, in line: String) -> Bool {
    line.contains(prefix)
      && line.ranges(of: prefix).contains { range in
        let rest = line[range.upperBound...]
        return rest.first?.isUppercase == true && !events.contains { rest.hasPrefix($0) }
      }
  }

  /// Behind these a process is a thing to which something happened.
  private static let events = ["Lost", "Left", "Joined", "Died", "Ended", "Started"]

  private static func isCommentedCode(_ line: String) -> Bool {
    let trimmed = line.drop(while: { $0 == " " })
    guard trimmed.hasPrefix("// "), !trimmed.hasPrefix("///") else { return false }
    let rest = trimmed.dropFirst(3)
    let words = ["let ", "var ", "func ", "import ", "return ", "guard ", "if ", "for "]
    let isAssignment = rest.hasPrefix("let ") || rest.hasPrefix("var ")
    return isAssignment && rest.contains(" = ") || words.contains { rest.hasPrefix($0) } && rest.hasSuffix("{")
  }
}
