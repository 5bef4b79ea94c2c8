import ArgumentParser
import Datasets
import Foundation
import Interactions
import ModelStore
import Plan
import Ranking

/// How well a model ranks what was held out.
struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Measure HR@K and NDCG@K of a model on the held-out items, or MAE, RMSE and R2 on the held-out ratings.",
    discussion: """
      Scores are compared as logits and a tie counts against the held-out item. With --full, each is ranked among all
      items but those that its user is known to have interacted with. A model of ratings is measured by the ratings that
      it predicts, brought to their scale; a user without training ratings gets the items' means. With --probe-clusters
      it says, too, how much of the exact lists a search through clusters of items finds, and what share of the scores
      it takes: over 1,000 users spread evenly, what they have seen left out.

      Examples:
        neumf evaluate --model runs/neumf-8 --data data/ml-1m
        neumf evaluate --model popularity --data data/ml-1m --full
        neumf evaluate --model runs/ratings --data data/ml-1m --round-ratings
        neumf evaluate --model runs/neumf-8 --data data/ml-1m --probe-clusters 8
      """)

  @Option(help: "The RUN folder of the model, or the word popularity.") var model: String
  @Option(help: "Folder of the prepared data.") var data: String
  @Option(help: "The longest list that is measured.") var topK = 10
  @Flag(help: "Rank among the whole catalogue, too.") var full = false
  @Flag(help: "Round predicted ratings to the nearest one that occurs.") var roundRatings = false
  @OptionGroup var probe: ProbeOptions
  @Flag(help: "Print JSON.") var json = false
  @Option(help: "Threads; 0 takes one per processor. The result does not depend on it.") var threads = 0

  func run() throws { print(try output()) }

  func validate() throws {
    guard (1...1000).contains(topK) else { throw ValidationError("--top-k: \(topK) (1 to 1000)") }
    guard (0...1024).contains(threads) else { throw ValidationError("--threads: \(threads) (0 to 1024)") }
  }

  func output() throws -> String {
    let dataset = try PreparedDataset(folder: data, verify: false)
    let name: String
    let measured: Measured
    var search: SearchReport?
    if model == "popularity" {
      name = "popularity"
      try check(roundRatings: false)
      guard probe.probeClusters == nil else {
        throw CommandFailure(.usage, "--probe-clusters: popularity has no clusters", hint: "leave it out")
      }
      let scorer = PopularityScorer(dataset.trainingMatrix(excludingValidation: false))
      measured = try measure(dataset) { scorer }
    } else {
      let stored = try StoredModel(run: model)
      try check(stored, fits: dataset)
      if let ratings = stored.ratings { return try errors(of: stored, ratings, dataset) }
      try check(roundRatings: false)
      name = stored.config.description
      let rankingModel = stored.rankingModel
      measured = try measure(dataset) { ModelScorer(rankingModel) }
      search = try searched(rankingModel, dataset)
    }
    let report = EvaluationReport(
      model: name, data: data, cases: dataset.testCases.count, negatives: dataset.summary.testNegatives,
      sampled: measured.sampled, full: measured.full, search: search)
    return json ? try OutputText.json(report.document) : report.text
  }

  private func check(roundRatings allowed: Bool) throws(CommandFailure) {
    guard !roundRatings || allowed else {
      throw CommandFailure(.usage, "--round-ratings: \(model) predicts no ratings", hint: "leave it out")
    }
  }

  /// What a model of ratings is measured by.
  private func errors(
    of stored: StoredModel, _ ratings: RatingNormalizer, _ dataset: PreparedDataset
  ) throws -> String {
    guard let rated = dataset.testRatings, rated.count > 0 else {
      throw CommandFailure(
        .badData, "\(data): holds out no ratings", hint: "prepare it with --split random:0.8 or temporal:0.8")
    }
    guard !full else {
      throw CommandFailure(.usage, "--full: \(model) predicts ratings, and ranks nothing", hint: "leave it out")
    }
    var scheme = ratings.scheme
    scheme.rounds = scheme.rounds || roundRatings
    let rankingModel = stored.rankingModel
    let tally: RatingTally
    do throws(RankingError) {
      tally = try RatingEvaluation.measure(rated, scheme: scheme, threads: threadCount) { ModelScorer(rankingModel) }
    } catch { throw divergence(error, dataset) }
    let report = RatingReport(
      model: stored.config.description, data: data, scheme: scheme, tally: tally,
      search: try searched(rankingModel, dataset))
    return json ? try OutputText.json(report.document) : report.text
  }

  /// What a search through clusters is worth; nil where nobody asks.
  private func searched(_ model: RankingModel, _ dataset: PreparedDataset) throws -> SearchReport? {
    guard let probes = probe.probeClusters else { return nil }
    let clusters = try probe.clusters(of: model)
    do throws(RankingError) {
      let tally = try SearchEvaluation.measure(
        model, clusters, probing: probes, top: topK, seen: dataset.trainingMatrix(excludingValidation: false),
        threads: threadCount)
      return SearchReport(topK: topK, clusters: clusters.count, probes: probes, items: model.itemCount, tally: tally)
    } catch { throw divergence(error, dataset) }
  }

  private var threadCount: Int { threads > 0 ? threads : ProcessInfo.processInfo.activeProcessorCount }

  private func divergence(_ error: RankingError, _ dataset: PreparedDataset) -> CommandFailure {
    CommandFailure(
      .badData, "\(model): the model's scores for user \(dataset.id(ofUser: error.user)) are not numbers",
      hint: divergenceHint)
  }

  private struct Measured {
    let sampled: RankTally
    let full: RankTally?
  }

  private func measure<Scorer: ItemScorer & ~Copyable>(
    _ dataset: PreparedDataset, makeScorer: @Sendable () -> Scorer
  ) throws(CommandFailure) -> Measured {
    let threads = threadCount
    do throws(RankingError) {
      let sampled = try RankingEvaluation.sampled(
        dataset.testCases, topK: topK, threads: threads, makeScorer: makeScorer)
      guard full else { return Measured(sampled: sampled, full: nil) }
      let all = try RankingEvaluation.full(
        dataset.testCases, seen: dataset.trainingMatrix(excludingValidation: false), topK: topK, threads: threads,
        makeScorer: makeScorer)
      return Measured(sampled: sampled, full: all)
    } catch {
      throw divergence(error, dataset)
    }
  }

  /// A model is measured on the rows that it was trained on.
  private func check(_ stored: StoredModel, fits dataset: PreparedDataset) throws(CommandFailure) {
    func failure(_ what: String) -> CommandFailure {
      CommandFailure(
        .badData, "\(data): \(what)",
        hint: "evaluate on the data that the model was trained on: \(stored.config.data.path)")
    }
    let (own, found) = (stored.config, dataset.summary)
    guard own.users == found.users, own.items == found.items else {
      func counts(_ users: Int, _ items: Int) -> String {
        "\(OutputText.grouped(users)) users and \(OutputText.grouped(items)) items"
      }
      throw failure("\(counts(found.users, found.items)); the model has \(counts(own.users, own.items))")
    }
    for row in 0..<stored.config.users where stored.users.ids[row] != dataset.id(ofUser: Row(row)) {
      throw failure("user row \(row) is \(dataset.id(ofUser: Row(row))); in the model it is \(stored.users.ids[row])")
    }
    for row in 0..<stored.config.items where stored.items.ids[row] != dataset.id(ofItem: Row(row)) {
      throw failure("item row \(row) is \(dataset.id(ofItem: Row(row))); in the model it is \(stored.items.ids[row])")
    }
  }
}

extension ModelConfig {
  /// Such as `neumf, 8 factors, layers 64,32,16,8, 12 epochs`.
  var description: String {
    var parts = [model.rawValue]
    if model != .mlp { parts.append("\(factors) factors") }
    if model == .mlp || model == .neumf { parts.append("layers \(layers.map(String.init).joined(separator: ","))") }
    if biases == true { parts.append("biases") }
    if ratings != nil { parts.append("ratings") }
    parts.append("\(epochs) epoch\(epochs == 1 ? "" : "s")")
    return parts.joined(separator: ", ")
  }
}
