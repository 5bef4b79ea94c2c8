import Foundation
import Interactions
import Plan
import Ranking
import Testing

@Suite struct PopularityTests {
  @Test func scoresByTheTrainingCount() throws {
    let training = try InteractionMatrix(itemsOfUsers: [[0, 2], [2], [2, 3], []], items: 5)
    var scorer = PopularityScorer(training)
    var scores = [Float](repeating: 9, count: 5)
    var span = scores.mutableSpan
    scorer.scoreAll(Row(3), into: &span)
    #expect(scores == [1, 0, 3, 1, 0])
  }

  private static let folder = ProcessInfo.processInfo.environment["NEUMF_DATA"]

  /// The figures of Rendle et al. 2020 are .4535 and .2543, with ties broken otherwise.
  @Test(.enabled(if: folder != nil, "NEUMF_DATA is not set: the real data is not at hand"))
  func reachesTheKnownFiguresOnMovieLens() throws {
    let folder = try #require(Self.folder) + "/ml-1m-ncf/ml-1m"
    let data = try NCFFiles(folder)
    let popularity = PopularityScorer(data.training)
    let tally = try RankingEvaluation.sampled(data.cases, topK: 10, threads: 2) { popularity }
    #expect(tally.cases == 6040)
    #expect((tally.hitRatio(at: 10) * 1e4).rounded() == 4531)
    #expect((tally.ndcg(at: 10) * 1e4).rounded() == 2541)
  }
}

/// The files of the NCF paper's repository, read for a test.
private struct NCFFiles {
  let training: InteractionMatrix
  let cases: EvaluationCases

  init(_ prefix: String) throws {
    var itemsOfUsers = [[UInt32]](repeating: [], count: 6040)
    try Self.numbers("\(prefix).train.rating", perLine: 4) { itemsOfUsers[Int($0[0])].append($0[1]) }
    var (users, items, negatives): ([UInt32], [UInt32], [UInt32]) = ([], [], [])
    try Self.numbers("\(prefix).test.negative", perLine: 101) {
      users.append($0[0])
      items.append($0[1])
      negatives += $0[2...]
    }
    training = try InteractionMatrix(itemsOfUsers: itemsOfUsers, items: 3706)
    cases = try EvaluationCases(
      users: users, items: items, negatives: negatives, negativesPerCase: 99, userCount: 6040, itemCount: 3706)
  }

  /// The runs of digits of each line.
  private static func numbers(_ path: String, perLine: Int, take: ([UInt32]) -> Void) throws {
    var line: [UInt32] = []
    var number: UInt32?
    for byte in [UInt8](try Data(contentsOf: URL(fileURLWithPath: path))) {
      if byte >= 48 && byte < 58 {
        number = (number ?? 0) &* 10 &+ UInt32(byte - 48)
        continue
      }
      if let found = number { line.append(found) }
      number = nil
      if byte == 10 {
        guard line.count == perLine else { throw InteractionsError("\(line.count) numbers in a line of \(path)") }
        take(line)
        line.removeAll(keepingCapacity: true)
      }
    }
  }
}
