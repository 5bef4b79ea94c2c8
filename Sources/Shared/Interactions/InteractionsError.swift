/// Arrays that do not describe interactions, or interactions that cannot be split as asked.
package struct InteractionsError: Error, Equatable, CustomStringConvertible {
  package let description: String
  package init(_ description: String) { self.description = description }
}
