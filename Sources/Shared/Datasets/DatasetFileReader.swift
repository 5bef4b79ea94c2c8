import Interactions
import SectionFile

/// Views of a container's sections that keep the file alive.
struct DatasetFileReader {
  let file: SectionFile
  let summary: DatasetSummary
  let verify: Bool

  func matrix(_ names: DatasetSections.Matrix) throws(DatasetError) -> InteractionMatrix {
    // Safety: the matrix keeps the file, which keeps the mapping.
    do {
      let offsets = unsafe try file.values(of: names.offsets, as: UInt64.self)
      let rows = unsafe try file.values(of: names.items, as: UInt32.self)
      var ratings = unsafe InteractionMatrix.Ratings.none
      if file.contains(names.codes) {
        let codes = unsafe try file.values(of: names.codes, as: UInt8.self)
        let levels = unsafe try file.values(of: DatasetSections.levels, as: Float.self)
        unsafe ratings = .coded(codes, levels: levels)
      } else if file.contains(names.ratings) {
        let values = unsafe try file.values(of: names.ratings, as: Float.self)
        unsafe ratings = .values(values)
      }
      return try unsafe InteractionMatrix(
        offsets: offsets, rows: rows, items: summary.items, ratings: ratings, owner: file, checkingItems: verify)
    } catch let error as SectionFileError {
      throw DatasetError(reading: error)
    } catch {
      throw damaged(names.prefix, error)
    }
  }

  func cases(_ names: DatasetSections.Cases, negatives: Int) throws(DatasetError) -> EvaluationCases {
    // Safety: the cases keep the file, which keeps the mapping.
    do {
      return try unsafe EvaluationCases(
        users: file.values(of: names.users, as: UInt32.self), items: file.values(of: names.items, as: UInt32.self),
        negatives: file.values(of: names.negatives, as: UInt32.self), negativesPerCase: negatives,
        userCount: summary.users, itemCount: summary.items, owner: file)
    } catch let error as SectionFileError {
      throw DatasetError(reading: error)
    } catch {
      throw damaged(names.prefix, error)
    }
  }

  /// Nil where the container has no ratings.
  func rated(_ names: DatasetSections.Rated) throws(DatasetError) -> RatedInteractions? {
    guard file.contains(names.users) else { return nil }
    // Safety: the interactions keep the file, which keeps the mapping.
    do {
      return try unsafe RatedInteractions(
        users: file.values(of: names.users, as: UInt32.self), items: file.values(of: names.items, as: UInt32.self),
        ratings: file.values(of: names.ratings, as: Float.self), userCount: summary.users, itemCount: summary.items,
        owner: file)
    } catch let error as SectionFileError {
      throw DatasetError(reading: error)
    } catch {
      throw damaged(names.prefix, error)
    }
  }

  /// Nil where items have none.
  func features(count: Int) throws(DatasetError) -> ItemFeatures? {
    guard file.contains(DatasetSections.Features.offsets) else { return nil }
    // Safety: copied while the file is open.
    do {
      let offsets = unsafe Array(try file.values(of: DatasetSections.Features.offsets, as: UInt32.self))
      let indices = unsafe Array(try file.values(of: DatasetSections.Features.indices, as: UInt32.self))
      let weights = unsafe Array(try file.values(of: DatasetSections.Features.weights, as: Float.self))
      let features = try ItemFeatures(offsets: offsets, features: indices, weights: weights, count: count)
      guard features.itemCount == summary.items else {
        throw InteractionsError("features of \(features.itemCount) items")
      }
      return features
    } catch let error as SectionFileError {
      throw DatasetError(reading: error)
    } catch {
      throw damaged(DatasetSections.Features.offsets, error)
    }
  }

  private func damaged(_ section: String, _ error: any Error) -> DatasetError {
    DatasetError(.malformed, path: file.path, "damaged: \(section): \(error)", hint: "prepare the data anew")
  }
}
