/// Bytes from a peer that are not a frame of this protocol: which field is wrong, and how.
package struct WireError: Error, Equatable, CustomStringConvertible {
  package let field: String
  package let problem: String

  package init(_ field: String, _ problem: String) {
    self.field = field
    self.problem = problem
  }
  package var description: String { "bad frame: \(field) \(problem)" }
}
