import Glibc

/// A peer or the system does not do what a role needs.
package struct LinkError: Error, Equatable, CustomStringConvertible {
  package let subject: String
  package let problem: String

  package init(_ subject: String, _ problem: String) {
    self.subject = subject
    self.problem = problem
  }
  package var description: String { "\(subject): \(problem)" }
}

/// What the system says about an error number.
package func systemProblem(_ number: Int32) -> String {
  // Safety: strerror gives a C string that stays valid until this thread's next call.
  unsafe strerror(number).map { unsafe String(cString: $0) } ?? "error \(number)"
}
