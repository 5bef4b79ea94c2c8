import Datasets
import Links
import ModelStore
import Plan
import ZeroMQ

extension CommandFailure {
  /// What an error of a module means to the person at the command line; nil for one that is not of ours.
  init?(_ error: any Error) {
    switch error {
    case let failure as CommandFailure: self = failure
    case let error as PlanError: self.init(.usage, "\(error.field): \(error.problem)", hint: error.hint)
    case let error as ZeroMQError: self.init(.unavailable, error.description, hint: error.hint)
    case let error as LinkError: self.init(.unavailable, error.description)
    default: return nil
    }
  }
}
