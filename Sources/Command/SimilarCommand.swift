import ArgumentParser
import ModelStore
import Plan
import Ranking

/// Items that a model takes for alike.
struct SimilarCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "similar", abstract: "List the items whose embeddings point the same way.",
    discussion: """
      Example:
        neumf similar --model runs/neumf-8 --item 260 --top 10
      """)

  @Option(help: "The RUN folder of the model.") var model: String
  @Option(help: "The item's id, as the data has it.") var item: String
  @Option(help: "How many items.") var top = 10
  @Flag(help: "Print JSON.") var json = false

  func run() throws { print(try output()) }

  func validate() throws { try ItemCount.validate(top) }

  func output() throws -> String {
    let model = try StoredModel(run: model)
    guard let row = model.items.row(of: item) else { throw Self.unknown(item, in: model) }
    guard let similar = SimilarItems(model.rankingModel).nearest(to: Row(row), limit: top) else {
      throw CommandFailure(.badData, "\(self.model): the model's embeddings are not numbers", hint: divergenceHint)
    }
    let listing = ItemListing(similar, of: model)
    if json { return try OutputText.json(listing.entries) }
    let title = model.descriptions[row].title
    let genres = model.descriptions[row].genres.joined(separator: ", ")
    return """
      Items like \(title.isEmpty ? "item \(item)" : title)\(genres.isEmpty ? "" : " (\(genres))")

      \(listing.table(scoreHeading: "Cosine"))
      """
  }

  /// An id that the model does not have; a part of a title is understood well enough to say the id.
  private static func unknown(_ id: String, in model: StoredModel) -> CommandFailure {
    let sought = id.lowercased()
    let titled = model.descriptions.indices.filter { model.descriptions[$0].title.lowercased().contains(sought) }
    let found = titled.prefix(5).map { "\(model.items.ids[$0]) \(model.descriptions[$0].title)" }
    let hint =
      found.isEmpty || Int(id) != nil
      ? NearestIDs(model.items.ids).hint(for: id, called: "item")
      : "items with such a title: \(found.joined(separator: "; "))"
    return CommandFailure(.badData, "--item \(id): the model has no such item", hint: hint)
  }
}

/// What to do about scores that are not numbers.
let divergenceHint = "the training diverged; train again with a lower --learning-rate"

/// How many items a list may have.
enum ItemCount {
  static func validate(_ top: Int) throws {
    guard top >= 1 else { throw ValidationError("--top: \(top) (1 or more, such as 10)") }
  }
}

extension StoredModel {
  /// What the rankings need of it.
  var rankingModel: RankingModel {
    RankingModel(shape: shape, userRows: userRows, itemRows: itemRows, dense: dense, ratings: ratings)
  }
}
