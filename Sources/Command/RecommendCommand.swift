import ArgumentParser
import Datasets
import Interactions
import ModelStore
import Plan
import Ranking

/// What a user might like next.
struct RecommendCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "recommend", abstract: "List the items that a model gives a user the highest scores for.",
    discussion: """
      Items that the user has seen are left out: they are read from the prepared data that the model was trained on.
      All others are scored, and the list is exact. With --probe-clusters N it need not be: the items are grouped by
      k-means, the groups are scored, and only the items of the N best ones after that; neumf evaluate says what is
      missed.

      Examples:
        neumf recommend --model runs/neumf-8 --user 1 --top 10
        neumf recommend --model runs/neumf-8 --user 1 --probe-clusters 8
      """)

  @Option(help: "The RUN folder of the model.") var model: String
  @Option(help: "The user's id, as the data has it.") var user: String
  @Option(help: "How many items.") var top = 10
  @Option(help: "Folder of the prepared data, if it is no longer where it was.") var data: String?
  @OptionGroup var probe: ProbeOptions
  @Flag(help: "Print JSON.") var json = false

  func run() throws { print(try output()) }

  func validate() throws { try ItemCount.validate(top) }

  func output() throws -> String {
    let model = try StoredModel(run: model)
    guard let row = model.users.row(of: user) else {
      throw CommandFailure(
        .badData, "--user \(user): the model has no such user",
        hint: NearestIDs(model.users.ids).hint(for: user, called: "user"))
    }
    let seen = try seenItems(model)
    guard let found = try find(Row(row), model, seen) else {
      throw CommandFailure(
        .badData, "\(self.model): the model's scores for user \(user) are not numbers", hint: divergenceHint)
    }
    let listing = ItemListing(found.items.map { presented($0, model) }, of: model)
    if json { return try OutputText.json(listing.entries) }
    return """
      For user \(user), without the \(OutputText.grouped(seen.count)) items of the training data\(found.note)

      \(listing.table(scoreHeading: model.ratings == nil ? "Score" : "Rating"))
      """
  }

  /// The best items, and what is to be said of the search. nil where scores are no numbers.
  private func find(
    _ user: Row, _ model: StoredModel, _ seen: [UInt32]
  ) throws -> (items: [RankedItem], note: String)? {
    let rankingModel = model.rankingModel
    guard let probes = probe.probeClusters else {
      var scorer = ModelScorer(rankingModel)
      var scores = [Float](repeating: 0, count: model.config.items)
      var span = scores.mutableSpan
      scorer.scoreAll(user, into: &span)
      return TopItems.best(top, of: scores.span, excluding: seen.span).map { ($0, "") }
    }
    let clusters = try probe.clusters(of: rankingModel)
    var search = ClusterSearch(rankingModel, clusters)
    return search.best(top, for: user, probing: probes, excluding: seen.span).map { found in
      let scored = OutputText.grouped(found.scored)
      let note =
        "\nfrom \(found.probed) of \(clusters.count) clusters: \(scored) scores for "
        + "\(OutputText.grouped(model.config.items)) items"
      return (found.ranked, note)
    }
  }

  /// A rating is shown within its scale; the order is that of what came out.
  private func presented(_ item: RankedItem, _ model: StoredModel) -> RankedItem {
    RankedItem(row: item.row, score: model.ratings?.scheme.presented(item.score) ?? item.score)
  }

  /// The rows of the items that the user has interacted with, ascending. Model and data are matched by raw ids.
  private func seenItems(_ model: StoredModel) throws -> [UInt32] {
    let folder = data ?? model.config.data.path
    let dataset = try Self.dataset(folder)
    guard let user = dataset.user(withID: user) else {
      throw CommandFailure(
        .badData, "\(folder): has no user \(user), whom the model knows",
        hint: "give the data that the model was trained on: --data DIR")
    }
    let matrix = dataset.trainingMatrix(excludingValidation: false)
    var rows: [UInt32] = []
    let items = matrix.items(of: user)
    for place in items.indices {
      if let row = model.items.row(of: dataset.id(ofItem: Row(rawValue: items[place]))) { rows.append(UInt32(row)) }
    }
    return rows.sorted()
  }

  private static func dataset(_ folder: String) throws -> PreparedDataset {
    do throws(DatasetError) { return try PreparedDataset(folder: folder, verify: false) } catch {
      guard error.kind == .missing else { throw error }
      throw CommandFailure(
        .missingInput, error.description,
        hint: "what a user has seen is read from the prepared data; say where it is: --data DIR")
    }
  }
}
