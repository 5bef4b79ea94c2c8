import ArgumentParser
import ModelStore
import Plan
import Ranking
import Telemetry

/// Users that a model takes for alike, and what each group of them would like.
struct ClusterCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cluster", abstract: "Group the users by k-means, and list the top items of each group.",
    discussion: """
      Users are near each other where the model treats them alike: by what their rows contribute to scores. The items
      are those of the mean user of a group, seen or not.

      Example:
        neumf cluster --model runs/neumf-8 --clusters 5 --top 10
      """)

  @Option(help: "The RUN folder of the model.") var model: String
  @Option(help: "How many groups.") var clusters = 8
  @Option(help: "How many items of each.") var top = 10
  @Option(help: "Decides where the search for groups begins.") var seed: UInt64 = 1
  @Flag(help: "Print JSON, with the ids of each group's users.") var json = false

  func run() throws { print(try output()) }

  func validate() throws {
    try ItemCount.validate(top)
    guard clusters >= 1 else { throw ValidationError("--clusters: \(clusters) (1 or more, such as 8)") }
  }

  func output() throws -> String {
    let model = try StoredModel(run: model)
    guard clusters <= model.config.users else {
      throw CommandFailure(
        .usage, "--clusters: \(clusters) groups of \(model.config.users) users", hint: "at most one per user")
    }
    guard let found = UserClusters(model.rankingModel, clusters: clusters, top: top, seed: seed) else {
      throw CommandFailure(.badData, "\(self.model): the model's scores are not numbers", hint: divergenceHint)
    }
    if json {
      return try OutputText.json(
        found.clusters.enumerated().map { Entry($1, number: $0 + 1, listing($1, model), model) })
    }
    let parts = found.clusters.enumerated().map { index, cluster in
      """
      Group \(index + 1): \(Amount.of(cluster.users.count, "user")), such as \
      \(cluster.users.prefix(5).map { model.users.ids[Int($0)] }.joined(separator: ", "))

      \(listing(cluster, model).table(scoreHeading: model.ratings == nil ? "Score" : "Rating"))
      """
    }
    return parts.joined(separator: "\n\n")
  }

  private func listing(_ cluster: UserClusters.Cluster, _ model: StoredModel) -> ItemListing {
    ItemListing(
      cluster.top.map { RankedItem(row: $0.row, score: model.ratings?.scheme.presented($0.score) ?? $0.score) },
      of: model)
  }

  /// For `--json`.
  private struct Entry: Encodable {
    let group: Int
    let users: [String]
    let items: [ItemListing.Entry]

    init(_ cluster: UserClusters.Cluster, number: Int, _ listing: ItemListing, _ model: StoredModel) {
      group = number
      users = cluster.users.map { model.users.ids[Int($0)] }
      items = listing.entries
    }
  }
}
