/// A fault plan that cannot be read or carried out: where, what is wrong, and what would do.
package struct FaultPlanError: Error, Equatable, CustomStringConvertible {
  package let place: FaultPlace
  package let problem: String
  package let hint: String

  package init(_ place: FaultPlace, _ problem: String, hint: String) {
    self.place = place
    self.problem = problem
    self.hint = hint
  }
  package var description: String { "\(place): \(problem) (\(hint))" }
}

/// A place in the text of a fault plan, both from 1.
package struct FaultPlace: Hashable, Sendable, CustomStringConvertible {
  package let line: Int
  package let column: Int

  package init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }
  package var description: String { "line \(line), column \(column)" }
}
