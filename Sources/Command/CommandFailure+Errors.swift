import Datasets
import Links
import ModelStore
import Plan
import Ranking
import Telemetry
import Wire
import ZeroMQ

extension CommandFailure {
  /// What an error of a module means to the person at the command line; nil for one that is not of ours.
  init?(_ error: any Error) {
    switch error {
    case let failure as CommandFailure: self = failure
    case let error as PlanError: self.init(.usage, "\(error.field): \(error.problem)", hint: error.hint)
    case let error as DatasetError: self.init(error)
    case let error as ModelStoreError: self.init(error)
    case let error as RankingError:
      self.init(.badData, error.description, hint: "the training diverged; lower --learning-rate")
    case let error as TelemetryError:
      self.init(.cannotWrite, "\(error.path): \(error.call): \(error.problem)", hint: error.hint)
    case let error as ZeroMQError: self.init(.unavailable, error.description, hint: error.hint)
    case let error as LinkError: self.init(.unavailable, error.description)
    case let error as WireError:
      self.init(.unavailable, error.description, hint: "every process of a job must be of the same version of neumf")
    default: return nil
    }
  }

  private init(_ error: DatasetError) {
    let status: ExitStatus =
      switch error.kind {
      case .missing: .missingInput
      case .unreadable: .inputOutput
      case .malformed: .badData
      case .unfit: .usage
      case .unwritable: .cannotWrite
      case .interrupted: .interrupted
      }
    self.init(status, error.description, hint: error.hint)
  }

  private init(_ error: ModelStoreError) {
    let status: ExitStatus =
      switch error.kind {
      case .missing: .missingInput
      case .unreadable: .inputOutput
      case .damaged: .badData
      case .unwritable: .cannotWrite
      }
    self.init(status, error.description, hint: error.hint)
  }
}
