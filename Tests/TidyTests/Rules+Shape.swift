extension Rules {
  /// What a file as a whole must be.
  static let shape: [Rule] = [
    Rule(
      wrong: "a name that hides what the file is about", right: "the noun or the verb that it means",
      applies: { _ in true },
      violations: { file in words(of: file.name).contains { banned.contains($0) } ? [1] : [] },
      bad: SourceFile(path: "Sources/Shared/Plan/ShardManager.swift", text: "\n"),
      good: SourceFile(path: "Sources/Shared/Plan/DatabaseImplication.swift", text: "\n")),
    Rule(
      wrong: "more than 400 lines", right: "two files, each with one subject", applies: { !$0.isGenerated },
      violations: { $0.lines.count > 401 ? [401] : [] },
      bad: SourceFile(path: "Sources/A.swift", text: String(repeating: "\n", count: 401)),
      good: SourceFile(path: "Sources/A.swift", text: String(repeating: "\n", count: 400))),
    Rule(
      wrong: "no newline at the end", right: "one newline", applies: { _ in true },
      violations: { file in
        let ending = file.lines.suffix(2)
        return ending.last != "" || ending.first == "" && file.lines.count > 2 ? [file.lines.count] : []
      },
      bad: SourceFile(path: "Sources/A.swift", text: "let x = 1"),
      good: SourceFile(path: "Sources/A.swift", text: "let x = 1\n")),
    Rule(
      wrong: "unsafe without its reason", right: "a comment `// Safety:` above it",
      applies: { !$0.isTest && !$0.isGenerated && !$0.isRule },
      violations: { unexplained($0) },
      bad: SourceFile(path: "Sources/A.swift", text: "func f() {\n  unsafe g()\n}\n"),
      good: SourceFile(path: "Sources/A.swift", text: "func f() {\n  // Safety: g does nothing.\n  unsafe g()\n}\n")),
  ]

  private static let banned: Set<String> = [
    "Util", "Utils", "Utility", "Utilities", "Helper", "Helpers", "Manager", "Handler", "Common", "Misc", "Base",
    "Impl",
    "Info",
  ]

  /// The words of a name in camel case.
  static func words(of name: String) -> [String] {
    var words: [String] = []
    for character in name.prefix(while: { $0 != "." }) {
      if character.isUppercase || words.isEmpty || character == "+" { words.append("") }
      if character.isLetter { words[words.count - 1].append(character) }
    }
    return words
  }

  /// Lines that use something unsafe, with no reason given in the screenful above: where a type owns raw memory, one
  /// sentence at its stored property speaks for what follows.
  private static func unexplained(_ file: SourceFile) -> [Int] {
    file.lines.indices.filter { index in
      let code = " " + file.code[index]
      guard code.contains(" unsafe ") || code.contains("(unsafe ") || code.contains("{unsafe ") else { return false }
      return !file.lines[max(0, index - screenful)...index].contains { $0.contains("// Safety:") }
    }.map { $0 + 1 }
  }

  /// Lines.
  private static let screenful = 40
}
