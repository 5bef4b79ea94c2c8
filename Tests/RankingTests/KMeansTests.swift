import Plan
import Ranking
import Testing

@Suite struct KMeansTests {
  /// Points around three corners of a square, in turn.
  private static func corners(_ count: Int) -> [Float] {
    let stream = RandomStream(seed: 3, .simulation)
    return (0..<count).flatMap { point -> [Float] in
      let corner: (Float, Float) = [(0, 0), (10, 0), (0, 10)][point % 3]
      let noise = (0..<2).map { Float(stream.normal(at: UInt64(2 * point + $0))) }
      return [corner.0 + noise[0], corner.1 + noise[1]]
    }
  }

  @Test(arguments: [1, 2, 3, 4, 5] as [UInt64]) func findsTheGroupsThatAreThere(_ seed: UInt64) {
    let points = Self.corners(99)
    let found = KMeans(points: points.span, width: 2, clusters: 3, seed: seed)
    #expect(Set(found.clusterOfPoint.prefix(3)).count == 3)
    for point in 0..<99 { #expect(found.clusterOfPoint[point] == found.clusterOfPoint[point % 3]) }
    #expect(found.members.map(\.count) == [33, 33, 33])
  }

  @Test func everyPointIsWithItsNearestMean() {
    let points = Self.corners(200)
    let found = KMeans(points: points.span, width: 2, clusters: 7, seed: 1)
    let means = found.members.map { members in
      (0..<2).map { column in members.reduce(0) { $0 + points[2 * Int($1) + column] } / Float(members.count) }
    }
    for (cluster, members) in found.members.enumerated() {
      for member in members {
        func gap(_ mean: [Float]) -> Float {
          let steps = (0..<2).map { points[2 * Int(member) + $0] - mean[$0] }
          return steps[0] * steps[0] + steps[1] * steps[1]
        }
        #expect(means.allSatisfy { gap(means[cluster]) <= gap($0) + 1e-3 })
      }
    }
  }

  @Test func standsFewerPointsThanClusters() {
    let (few, none) = ([1, 1, 5] as [Float], [] as [Float])
    #expect(KMeans(points: few.span, width: 1, clusters: 9, seed: 1).members.count == 2)
    #expect(KMeans(points: none.span, width: 3, clusters: 2, seed: 1).members.isEmpty)
  }

  /// Larger than the sample that the centroids are found with.
  @Test func assignsWhatWasNotSampled() {
    let points = (0..<70_000).map { Float($0 % 2 == 0 ? 1 : -1) }
    let found = KMeans(points: points.span, width: 1, clusters: 2, seed: 1)
    #expect(found.members.map(\.count) == [35_000, 35_000])
  }
}
