import Interactions
import SectionFile

/// All that a container will hold besides the histories.
struct DatasetDraft {
  let heldOut: HeldOut
  /// Nil where the test was split off rather than given.
  let cases: NCFCases?
  let userIDs: TextColumn
  let itemIDs: TextColumn
  let itemOrder: [UInt32]
  let catalogue: ItemCatalogue
  let coldItems: Int
  let features: FeatureBook.Encoded?
  let interactionsRead: Int
  let malformedLines: Int
  let provenance: Provenance

  /// Writes the container, and gives its header.
  func write(
    to path: String, _ histories: consuming UserHistories, negatives: Int, seed: UInt64
  ) throws(SectionFileError) -> DatasetSummary {
    var histories = histories
    let summary = summary(histories, negatives: negatives)
    var writer = try DatasetWriter(path: path)
    try writeCases(&writer, histories, summary, seed)
    try writeRated(&writer, histories)
    histories.sortByItem(first: heldOut.trainingCounts)
    var omitted = [UInt32?](repeating: nil, count: histories.userCount)
    let none = omitted
    for heldOut in heldOut.validation { omitted[Int(heldOut.user)] = heldOut.item }
    if histories.hasRatings, histories.ratings.isCoded { try writer.writeLevels(histories.ratings.levels) }
    try writer.writeMatrix(DatasetSections.training, histories, counts: heldOut.trainingCounts, omitting: none)
    try writer.writeMatrix(DatasetSections.fitting, histories, counts: heldOut.trainingCounts, omitting: omitted)
    try writer.writeTexts(DatasetSections.userIDs, userIDs, order: userIDs.order())
    try writer.writeTexts(DatasetSections.itemIDs, itemIDs, order: itemOrder)
    try writer.writeTexts(DatasetSections.titles, TextColumn(catalogue.titles), order: nil)
    try writer.writeTexts(DatasetSections.genres, TextColumn(catalogue.genres), order: nil)
    if let features { try writer.writeFeatures(features) }
    try writer.finish(summary)
    return summary
  }

  private func summary(_ histories: borrowing UserHistories, negatives: Int) -> DatasetSummary {
    DatasetSummary(
      users: histories.userCount, items: itemIDs.count, trainingInteractions: heldOut.trainingCount,
      testCases: heldOut.test.count, validationCases: heldOut.validation.count,
      testNegatives: cases?.negativesPerCase ?? negatives, validationNegatives: negatives,
      testRatings: testRatings(histories).count,
      ratingScale: histories.hasRatings
        ? histories.ratings.scale.map { RatingScale(minimum: $0.lowerBound, maximum: $0.upperBound) } : nil,
      interactionsRead: interactionsRead, titledItems: catalogue.titledCount, duplicates: histories.duplicates,
      malformedLines: malformedLines,
      usersWithoutNegatives: heldOut.usersWithoutNegatives, usersWithoutTraining: heldOut.usersWithoutTraining,
      provenance: provenance, coldItems: coldItems > 0 ? coldItems : nil, features: features?.summaries)
  }

  private func writeCases(
    _ writer: inout DatasetWriter, _ histories: borrowing UserHistories, _ summary: DatasetSummary, _ seed: UInt64
  ) throws(SectionFileError) {
    var given: [UInt32: [UInt32]] = [:]
    if cases != nil { for heldOut in heldOut.test { given[heldOut.user, default: []].append(heldOut.item) } }
    /// Appends a user's negatives.
    func draw(_ draw: inout NegativeDraw, _ user: UInt32, _ count: Int, to drawn: inout [UInt32]) {
      draw.append(
        count, user: user, seen: histories.items.span.extracting(histories.range(of: Int(user))),
        and: given[user] ?? [],
        to: &drawn)
    }
    var test = NegativeDraw(itemCount: histories.itemCount, seed: seed, purpose: .test)
    try writer.writeCases(DatasetSections.test, heldOut.test) { index, drawn in
      if let cases {
        drawn += cases.negatives[index * cases.negativesPerCase..<(index + 1) * cases.negativesPerCase]
      } else {
        draw(&test, heldOut.test[index].user, summary.testNegatives, to: &drawn)
      }
    }
    var validation = NegativeDraw(itemCount: histories.itemCount, seed: seed, purpose: .validation)
    try writer.writeCases(DatasetSections.validation, heldOut.validation) { index, drawn in
      draw(&validation, heldOut.validation[index].user, summary.validationNegatives, to: &drawn)
    }
  }

  private func writeRated(_ writer: inout DatasetWriter, _ histories: borrowing UserHistories) throws(SectionFileError)
  {
    guard histories.hasRatings else { return }
    if cases?.hasRatings != false { try writer.writeRated(DatasetSections.testRatings, testRatings(histories)) }
    try writer.writeRated(DatasetSections.validationRatings, heldOut.validation)
  }

  /// Every held-out interaction with its rating, those of users of whom nothing was learnt included.
  private func testRatings(_ histories: borrowing UserHistories) -> [HeldOutItem] {
    guard histories.hasRatings else { return [] }
    if let cases { return cases.hasRatings ? cases.test : [] }
    var rated: [HeldOutItem] = []
    for user in 0..<histories.userCount {
      let range = histories.range(of: user)
      for index in range.lowerBound + heldOut.trainingCounts[user]..<range.upperBound {
        rated.append(HeldOutItem(user: UInt32(user), item: histories.items[index], rating: histories.ratings[index]))
      }
    }
    return rated
  }
}
