import Testing

/// The rules of the house over every Swift file of the repository.
struct TidyTests {
  @Test(arguments: Rules.all)
  func everyFileKeeps(_ rule: Rule) throws {
    let files = try SourceFile.all.get()
    let complaints = files.flatMap { rule.complaints(about: $0) }
    #expect(complaints.isEmpty, "\n\(complaints.joined(separator: "\n"))")
  }

  @Test(arguments: Rules.all)
  func theRuleTellsWrongFromRight(_ rule: Rule) {
    #expect(rule.applies(rule.bad) && rule.applies(rule.good))
    #expect(!rule.complaints(about: rule.bad).isEmpty)
    #expect(rule.complaints(about: rule.good) == [])
    #expect(rule.complaints(about: rule.bad).allSatisfy { $0.hasPrefix("\(rule.bad.path):") })
  }

  @Test func theRepositoryIsFound() throws {
    let paths = try SourceFile.all.get().map(\.path)
    #expect(paths.contains("Package.swift") && paths.contains("Tests/TidyTests/TidyTests.swift"))
    #expect(paths.count > 50)
  }

  @Test func quotesAndCommentsAreNotCode() {
    #expect(SourceFile.code(of: "let x = \"try! // no\" + y // try!") == "let x =  + y ")
    #expect(SourceFile.code(of: "let x = \"a \\\" try! b\"") == "let x = ")
  }

  @Test func namesAreReadWordByWord() {
    #expect(Rules.words(of: "TrainingPlan+Codable.swift") == ["Training", "Plan", "", "Codable"])
  }
}
