/// A plan that cannot be carried out: which field, what is wrong with it, and what would do.
package struct PlanError: Error, Equatable, CustomStringConvertible {
  package let field: String
  package let problem: String
  package let hint: String

  package init(_ field: String, _ problem: String, hint: String) {
    self.field = field
    self.problem = problem
    self.hint = hint
  }
  package var description: String { "\(field): \(problem) (\(hint))" }
}
