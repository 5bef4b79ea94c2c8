import Glibc

/// The checkpoints of a run: `RUN/checkpoints/epoch-0003-step-000120.ckpt` is the cut after three epochs and 120 steps
/// of the fourth.
package enum Checkpoints {
  /// Limit: the last is what a job goes on from, the one before it what is left if that is damaged.
  static let kept = 2

  package static func folder(in run: String) -> String { "\(run)/checkpoints" }

  package static func path(in run: String, completedEpochs: Int, step: Int) -> String {
    "\(folder(in: run))/epoch-\(padded(completedEpochs, 4))-step-\(padded(step, 6)).ckpt"
  }

  /// The newest checkpoint that is whole, and the newer ones that are not.
  package struct Search: Sendable {
    package let newest: Checkpoint?
    /// Why each newer one cannot be used, newest first.
    package let passedOver: [ModelStoreError]
  }

  /// Throws when the folder cannot be read; a run without one has no checkpoint.
  package static func latest(in run: String) throws(ModelStoreError) -> Search {
    var passedOver: [ModelStoreError] = []
    for place in try places(in: run).reversed() {
      do throws(ModelStoreError) {
        return Search(newest: try Checkpoint(path: "\(folder(in: run))/\(place.name)"), passedOver: passedOver)
      } catch {
        passedOver.append(error)
      }
    }
    return Search(newest: nil, passedOver: passedOver)
  }

  /// Removes every checkpoint, for a job that begins anew in an old folder.
  package static func removeAll(in run: String) throws(ModelStoreError) {
    for place in try places(in: run) { try FileTree.remove(file: "\(folder(in: run))/\(place.name)") }
  }

  static func makeFolder(in run: String) throws(ModelStoreError) { try FileTree.make(folder: folder(in: run)) }

  /// Removes all but the last up to `newest`, those that the job has gone back behind, and the partial files of writers
  /// that are no more.
  static func prune(in run: String, upTo newest: (epoch: Int, step: Int)) throws(ModelStoreError) {
    let all = try places(in: run)
    let valid = all.prefix { ($0.epoch, $0.step) <= newest }
    for place in valid.dropLast(kept) + all[valid.endIndex...] {
      try FileTree.remove(file: "\(folder(in: run))/\(place.name)")
    }
    for name in try FileTree.names(in: folder(in: run)) where FileTree.isAbandoned(partial: name) {
      try FileTree.remove(file: "\(folder(in: run))/\(name)")
    }
  }

  private struct Place {
    let name: String
    let epoch: Int
    let step: Int

    init?(name: String) {
      let parts = name.split(separator: "-", omittingEmptySubsequences: false)
      guard parts.count == 4, parts[0] == "epoch", parts[2] == "step", parts[3].hasSuffix(".ckpt"),
        let epoch = Int(parts[1]), let step = Int(parts[3].dropLast(5)), epoch >= 0, step >= 0
      else { return nil }
      self.name = name
      self.epoch = epoch
      self.step = step
    }
  }

  /// Oldest first.
  private static func places(in run: String) throws(ModelStoreError) -> [Place] {
    try FileTree.names(in: folder(in: run)).compactMap(Place.init).sorted {
      ($0.epoch, $0.step) < ($1.epoch, $1.step)
    }
  }

  private static func padded(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}
