import FoundationEssentials
import Plan
import SectionFile

/// Inputs to begin from: of each target some that its decoder takes, made by the program's own writers.
package enum Seeds {
  package static func inputs(for target: FuzzTarget) throws -> [[UInt8]] {
    switch target {
    case .frames: FrameSeeds.inputs
    case .links: LinkFeed.seeds
    case .server: try (0..<4).map { try ConversationSeeds($0).server }
    case .worker: try (0..<4).map { try ConversationSeeds($0).worker }
    case .coordinator: try (0..<4).map { try ConversationSeeds($0).coordinator } + [CoordinatorFeed.takeover]
    case .sections: sections
    case .checkpoint: try StoredSeeds.checkpoints
    case .container: try StoredSeeds.containers
    case .model: try StoredSeeds.models
    case .plan: try plans
    case .ncf, .movielens, .netflix, .csv: TextSeeds.inputs(for: target)
    }
  }

  private static var sections: [[UInt8]] {
    let header = Array("header".utf8)
    let some: [(name: String, bytes: [UInt8])] = [("one", Array(0..<72)), ("two", []), ("three", [1, 2, 3, 4])]
    return [
      SectionImage.make(kind: "sections", sections: [], header: []),
      SectionImage.make(kind: "sections", sections: some, header: header),
    ]
  }

  private static var plans: [[UInt8]] {
    get throws {
      var rating = TrainingPlan()
      rating.objective = .rating
      rating.negatives = 0
      rating.normalization = .user
      rating.consistency = .ssp(4)
      rating.activation = .prelu
      rating.optimizer = .sgd
      rating.momentum = 0.9
      rating.l2Users = 0.1
      var pretrained = TrainingPlan()
      pretrained.pretraining = PretrainingPlan()
      pretrained.seed = .max
      pretrained.consistency = .async
      pretrained.wire = .fp16
      return try [TrainingPlan(), rating, pretrained].map { Array(try JSONEncoder().encode($0)) }
        + [Array("{}".utf8), Array(#"{"model":"mf","layers":[],"batchSize":1,"negatives":0}"#.utf8)]
    }
  }
}
