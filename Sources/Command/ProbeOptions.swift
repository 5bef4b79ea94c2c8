import ArgumentParser
import Ranking

/// A search through clusters of items instead of the whole catalogue.
struct ProbeOptions: ParsableArguments {
  @Option(help: "Score only the items of the N clusters that score best. (default: all items)")
  var probeClusters: Int?
  @Option(help: "Clusters that the items are grouped into. (default: the square root of their number)")
  var itemClusters: Int?

  func validate() throws {
    if let probeClusters, probeClusters < 1 {
      throw ValidationError("--probe-clusters: \(probeClusters) (1 or more, such as 8)")
    }
    guard let itemClusters else { return }
    guard itemClusters >= 1 else { throw ValidationError("--item-clusters: \(itemClusters) (1 or more)") }
    guard probeClusters != nil else { throw ValidationError("--item-clusters goes with --probe-clusters") }
  }

  // The clusters of a model are the same in all commands.
  private static let seed: UInt64 = 1

  func clusters(of model: RankingModel) throws(CommandFailure) -> ItemClusters {
    let count = itemClusters ?? ItemClusters.customaryCount(items: model.itemCount)
    guard count <= model.itemCount else {
      throw CommandFailure(
        .usage, "--item-clusters: \(count) clusters of \(model.itemCount) items", hint: "at most one per item")
    }
    return ItemClusters(model, clusters: count, seed: Self.seed)
  }
}

/// What a search through clusters is worth, for a person and for a program.
struct SearchReport: Encodable {
  let topK: Int
  let clusters: Int
  let probes: Int
  let items: Int
  let users: Int
  /// Of the exact best items, those that were found.
  let recall: Double
  /// Scores that were computed, of those that the exact list takes.
  let scoredShare: Double

  init(topK: Int, clusters: Int, probes: Int, items: Int, tally: SearchTally) {
    self.topK = topK
    self.clusters = clusters
    self.probes = probes
    self.items = items
    users = tally.users
    recall = tally.recall
    scoredShare = tally.scoredShare
  }

  var text: String {
    """
    Search through the \(probes) best of \(clusters) clusters: \(OutputText.fixed(100 * recall, 2)) % of the exact top \
    \(topK) of \(OutputText.grouped(users)) users,
    with \(OutputText.fixed(100 * scoredShare, 2)) % of the scores that all \(OutputText.grouped(items)) items take
    """
  }
}
