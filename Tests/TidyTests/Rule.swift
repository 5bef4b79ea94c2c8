import Testing

/// One rule of the house: what is not written here, what is written in its place, and an example of each.
struct Rule: Sendable, CustomTestStringConvertible {
  /// What stands in the code.
  let wrong: String
  /// What should stand there.
  let right: String
  /// Where the rule holds.
  let applies: @Sendable (SourceFile) -> Bool
  /// The lines, from 1, that break it.
  let violations: @Sendable (SourceFile) -> [Int]
  /// A file that breaks the rule, and one that keeps it.
  let bad: SourceFile
  let good: SourceFile

  var testDescription: String { wrong }

  func complaints(about file: SourceFile) -> [String] {
    guard applies(file) else { return [] }
    return violations(file).map { "\(file.path):\($0): \(wrong) here: \(right)" }
  }

  /// A rule on the code of single lines.
  static func code(
    _ wrong: String, use right: String, in applies: @escaping @Sendable (SourceFile) -> Bool = { _ in true },
    bad: String, good: String, at path: String = "Sources/Shared/Plan/Example.swift",
    where matches: @escaping @Sendable (String) -> Bool
  ) -> Rule {
    lines(\.code, wrong, right, applies, bad, good, path, matches)
  }

  /// A rule on single lines as they stand, comments and quotes included.
  static func text(
    _ wrong: String, use right: String, in applies: @escaping @Sendable (SourceFile) -> Bool = { _ in true },
    bad: String, good: String, at path: String = "Sources/Shared/Plan/Example.swift",
    where matches: @escaping @Sendable (String) -> Bool
  ) -> Rule {
    lines(\.lines, wrong, right, applies, bad, good, path, matches)
  }

  private static func lines(
    _ lines: any KeyPath<SourceFile, [String]> & Sendable, _ wrong: String, _ right: String,
    _ applies: @escaping @Sendable (SourceFile) -> Bool, _ bad: String, _ good: String, _ path: String,
    _ matches: @escaping @Sendable (String) -> Bool
  ) -> Rule {
    Rule(
      wrong: wrong, right: right, applies: { applies($0) && !$0.isRule && !$0.isGenerated },
      violations: { file in
        file[keyPath: lines].enumerated().compactMap { matches($0.element) ? $0.offset + 1 : nil }
      },
      bad: SourceFile(path: path, text: bad), good: SourceFile(path: path, text: good))
  }
}
