import FoundationEssentials
package import Interactions
package import Plan
import SectionFile

/// Prepared data, mapped into memory: interactions, evaluation cases, raw ids and titles.
package final class PreparedDataset: Sendable {
  package let summary: DatasetSummary
  /// What models are ranked on at the end.
  package let testCases: EvaluationCases
  /// What the best epoch is chosen on when it is not chosen on the test.
  package let validationCases: EvaluationCases
  /// What rating models are measured on; nil without ratings.
  package let testRatings: RatedInteractions?
  package let validationRatings: RatedInteractions?
  /// Tells whether two processes read the same data: equal for equal interactions, cases, ids and titles.
  package let fingerprint: String
  private let training: InteractionMatrix
  private let fitting: InteractionMatrix
  private let userIDs: MappedTexts
  private let itemIDs: MappedTexts
  private let titles: MappedTexts
  private let genres: MappedTexts
  /// What items are described by, and what each feature is called; nil and none without any.
  package let features: ItemFeatures?
  let featureNames: [String]

  /// The container's name in its folder.
  package static let fileName = "data.neumf"

  /// Opens the container in a folder.
  /// - Parameter verify: whether to read everything once, and compare checksums and contents; without it only what
  ///   bounds the memory is checked
  package init(folder: String, verify: Bool = true) throws(DatasetError) {
    let path = folder.hasSuffix("/") ? folder + Self.fileName : "\(folder)/\(Self.fileName)"
    let file: SectionFile
    do {
      file = try SectionFile(path: path, kind: DatasetSections.kind, verify: verify)
      userIDs = try MappedTexts(file, DatasetSections.userIDs, isOrdered: true)
      itemIDs = try MappedTexts(file, DatasetSections.itemIDs, isOrdered: true)
      titles = try MappedTexts(file, DatasetSections.titles, isOrdered: false)
      genres = try MappedTexts(file, DatasetSections.genres, isOrdered: false)
    } catch { throw DatasetError(reading: error) }
    summary = try Self.summary(of: file)
    fingerprint = String(file.contentHash, radix: 16)
    guard userIDs.count == summary.users, itemIDs.count == summary.items, titles.count == summary.items,
      genres.count == summary.items
    else {
      throw DatasetError(.malformed, path: path, "damaged: ids and titles of different counts", hint: Self.damageHint)
    }
    let hasFeatures = file.contains(DatasetSections.Features.offsets)
    do throws(SectionFileError) {
      let names = hasFeatures ? try MappedTexts(file, DatasetSections.featureNames, isOrdered: false) : nil
      featureNames = names.map { names in (0..<names.count).map { names[$0] } } ?? []
    } catch { throw DatasetError(reading: error) }
    guard featureNames.count == summary.features?.last?.range.upperBound ?? 0,
      (0...summary.items).contains(summary.coldItems ?? 0)
    else { throw DatasetError(.malformed, path: path, "damaged: features of another number", hint: Self.damageHint) }
    let sections = DatasetFileReader(file: file, summary: summary, verify: verify)
    features = try sections.features(count: featureNames.count)
    training = try sections.matrix(DatasetSections.training)
    fitting = try sections.matrix(DatasetSections.fitting)
    testCases = try sections.cases(DatasetSections.test, negatives: summary.testNegatives)
    validationCases = try sections.cases(DatasetSections.validation, negatives: summary.validationNegatives)
    testRatings = try sections.rated(DatasetSections.testRatings)
    validationRatings = try sections.rated(DatasetSections.validationRatings)
    guard training.users == summary.users, fitting.users == summary.users,
      training.count == summary.trainingInteractions, fitting.count + validationCases.count == training.count,
      testCases.count == summary.testCases, validationCases.count == summary.validationCases
    else { throw DatasetError(.malformed, path: path, "damaged: matrices of different sizes", hint: Self.damageHint) }
  }

  private static let damageHint = "prepare the data anew"

  /// What is trained on. Without the validation items it is for jobs that choose their best epoch on them.
  package func trainingMatrix(excludingValidation: Bool) -> InteractionMatrix {
    excludingValidation ? fitting : training
  }

  /// A user's id as the source files have it.
  package func id(ofUser row: Row) -> String { userIDs[Int(row.rawValue)] }

  /// An item's id as the source files have it.
  package func id(ofItem row: Row) -> String { itemIDs[Int(row.rawValue)] }

  /// The user of an id; nil where nobody has it.
  package func user(withID id: String) -> Row? { userIDs.row(of: id).map(Row.init(rawValue:)) }

  /// The item of an id; nil where none has it.
  package func item(withID id: String) -> Row? { itemIDs.row(of: id).map(Row.init(rawValue:)) }

  /// An item's title, with its year where the source has one; nil where it is not known.
  package func title(of item: Row) -> String? {
    let title = titles[Int(item.rawValue)]
    return title.isEmpty ? nil : title
  }

  /// An item's genres; none where they are not known.
  package func genres(of item: Row) -> [String] {
    genres[Int(item.rawValue)].split(separator: "|").map(String.init)
  }

  private static func summary(of file: SectionFile) throws(DatasetError) -> DatasetSummary {
    do {
      return try JSONDecoder().decode(DatasetSummary.self, from: Data(file.header))
    } catch {
      throw DatasetError(
        .malformed, path: file.path, "its header cannot be read: \(error)", hint: damageHint)
    }
  }
}
