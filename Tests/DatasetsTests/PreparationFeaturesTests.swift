import Interactions
import Plan
import TestSupport
import Testing

@testable import Datasets

@Suite struct PreparationFeaturesTests {
  private let folder: TemporaryFolder
  private var options: PreparationOptions

  init() throws {
    folder = try TemporaryFolder()
    let ratings = (0..<8).flatMap { user in (0..<5).map { "\(user),\($0),\(($0 + user) % 5 * 2)" } }
    let text = "user,item,rating\n" + (ratings + ["0,9,-1", "1,9,10"]).joined(separator: "\n")
    let items = """
      item,name,genre,type,episodes
      0,Zero,"Drama, War",TV,12
      1,One,Drama,Movie,1
      2,Two,War,TV,Unknown
      3,Three,,,24
      4,Four,"War, Drama",TV,48
      77,Seventy-seven,Drama,TV,12
      78,Seventy-eight,War,Movie,Unknown
      """
    options = PreparationOptions(
      inputs: [try folder.write("ratings.csv", text.utf8)], format: .csv, output: folder.path("data"))
    options.columns = CSVColumns(user: "user", item: "item", rating: "rating")
    options.itemsFile = try folder.write("items.csv", items.utf8)
    options.features = try FeatureField.list("genre:multi,type:category,episodes:number")
    options.negatives = 1
  }

  private func prepared(_ change: (inout PreparationOptions) throws -> Void = { _ in }) throws -> (
    PreparationReport, PreparedDataset
  ) {
    var options = options
    try change(&options)
    let report = try Preparation(options).run()
    return (report, try PreparedDataset(folder: options.output))
  }

  @Test func bringsFeatures() throws {
    let (report, data) = try prepared()
    #expect(report.unlistedItems == 1, "item 9")
    #expect(data.summary.coldItems == nil && data.summary.items == 6)
    let features = try #require(try data.features(for: TrainingPlan()))
    #expect(
      features.names == [
        "genre=Drama", "genre=War", "genre=?", "type=Movie", "type=TV", "type=?", "episodes", "episodes=?",
      ])
    #expect(features.features.itemCount == 6 && features.features.count == 8)
    var plan = TrainingPlan()
    plan.features = ["episodes"]
    #expect(try data.features(for: plan)?.names == ["episodes", "episodes=?"])
    #expect(try data.size(for: plan).features == 2)
    plan.features = []
    #expect(try data.features(for: plan) == nil && data.size(for: plan).features == 0)
    plan.features = ["studio"]
    let error = #expect(throws: PlanError.self) { _ = try data.features(for: plan) }
    #expect(error?.hint == "it has genre, type, episodes")
  }

  @Test func bringsItemsThatNobodyMet() throws {
    let (report, data) = try prepared { $0.coldItems = true }
    #expect(data.summary.items == 8 && data.summary.coldItems == 2 && report.unlistedItems == 1)
    #expect((6..<8).map { data.id(ofItem: Row($0)) } == ["77", "78"])
    #expect(data.item(withID: "78") == Row(7) && data.title(of: Row(7)) == "Seventy-eight")
    let size = try data.size(for: TrainingPlan())
    #expect(size.knownItems == 6 && size.itemRows == 16 && size.isCold(6) && !size.isCold(5) && !size.isCold(8))
    let known = try prepared().1
    #expect(data.testCases.count == known.testCases.count)
    #expect(negatives(data) == negatives(known), "they are items that somebody met")
  }

  private func negatives(_ data: PreparedDataset) -> [[UInt32]] {
    let cases = data.testCases
    return (0..<cases.count).map { index in
      let drawn = cases.negatives(at: index)
      return drawn.indices.map { drawn[$0] }
    }
  }

  @Test func choosesInteractions() throws {
    let (report, data) = try prepared { options in
      options.minimumRating = 0
      options.ratingDivisor = 10
      options.requiredFeatures = ["episodes"]
      options.coldItems = true
    }
    #expect(report.lowRatings == 1 && report.incomplete == 8)
    #expect(data.summary.interactionsRead == 33)
    #expect(data.summary.ratingScale == RatingScale(minimum: 0, maximum: 1))
    #expect(data.item(withID: "2") == nil && data.item(withID: "78") == nil && data.item(withID: "77") != nil)
    let few = try prepared { $0.lines = 12 }.1
    #expect(few.summary.interactionsRead == 12)
  }

  @Test func readsTheFieldsOfMovieLens() throws {
    let movies = "0::Zero (1990)::Drama|War\n1::Zero, One (1995)::Comedy\n2::Two::(no genres listed)\n"
    let found = try prepared { options in
      options.itemsFile = try folder.write("movies.dat", movies.utf8)
      options.features = try FeatureField.list("genres:multi,year:number,title:words")
    }.1
    #expect(
      try found.features(for: TrainingPlan())?.names == [
        "genres=Comedy", "genres=Drama", "genres=War", "genres=?", "year", "year=?", "title=zero", "title=?",
      ])
  }

  @Test func refusesWhatDoesNotFit() throws {
    func refusal(_ change: (inout PreparationOptions) throws -> Void) -> DatasetError? {
      #expect(throws: DatasetError.self) { _ = try prepared(change) }
    }
    #expect(refusal { $0.itemsFile = nil }?.path == "--features")
    #expect(refusal { $0.features = try FeatureField.list("studio:category") }?.hint?.contains("episodes") == true)
    #expect(refusal { $0.requiredFeatures = ["studio"] }?.path == "--require")
    #expect(refusal { $0.ratingDivisor = 0 }?.path == "--divide-ratings")
    #expect(refusal { $0.lines = 0 }?.path == "--lines")
    #expect(
      refusal {
        $0.features = []
        $0.itemsFile = nil
        $0.coldItems = true
      }?.path == "--cold-items")
  }
}
