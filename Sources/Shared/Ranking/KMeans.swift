import Plan

/// Points in groups of near ones (Lloyd 1982), begun from points far from each other (Arthur and Vassilvitskii:
/// "k-means++", 2007). The same points and seed give the same groups.
package struct KMeans: Sendable {
  /// Which cluster each point is in: `[points]`.
  package let clusterOfPoint: [UInt32]
  package let clusterCount: Int

  // Limit: the centroids of larger sets hardly move any more; all points are assigned to them in the end.
  private static let sampledPoints = 65_536
  private static let sampledPerCluster = 64
  private static let rounds = 12

  /// - Parameters:
  ///   - points: `[n × width]`
  ///   - clusters: 1 or more; some stay empty where there are fewer different points
  package init(points: Span<Float>, width: Int, clusters: Int, seed: UInt64) {
    precondition(width > 0 && points.count.isMultiple(of: width), "\(points.count) floats in points of \(width)")
    precondition(clusters > 0, "\(clusters) clusters")
    let count = points.count / width
    clusterCount = clusters
    let sampled = min(count, max(Self.sampledPoints, Self.sampledPerCluster * clusters))
    let sample = (0..<sampled).map { $0 * count / sampled }
    var centroids = Self.beginnings(points, width, sample, clusters, seed)
    var found = [UInt32](repeating: 0, count: sampled)
    for _ in 0..<Self.rounds {
      let before = found
      Self.assign(points, width, sample, to: centroids, clusters, &found)
      Self.move(&centroids, to: points, width, sample, found, clusters)
      if found == before { break }
    }
    if sampled < count { found = [UInt32](repeating: 0, count: count) }
    Self.assign(points, width, Array(0..<count), to: centroids, clusters, &found)
    clusterOfPoint = found
  }

  /// Points of the sample, each drawn with a chance that grows with the square of its distance from those before it:
  /// `[width × clusters]`, one column each, so that distances to all are computed side by side.
  private static func beginnings(
    _ points: Span<Float>, _ width: Int, _ sample: [Int], _ clusters: Int, _ seed: UInt64
  ) -> [Float] {
    let stream = RandomStream(seed: seed, .clustering)
    var centroids = [Float](repeating: 0, count: width * clusters)
    guard !sample.isEmpty else { return centroids }
    // Limit: as many candidates as give each cluster some to choose from; the rest would cost as much as all rounds.
    let candidates =
      sample.count <= sampledPerCluster * clusters
      ? sample : (0..<sampledPerCluster * clusters).map { sample[$0 * sample.count / (sampledPerCluster * clusters)] }
    var gaps = [Float](repeating: .infinity, count: candidates.count)
    var chosen = Int(stream.index(below: UInt32(candidates.count), at: 0))
    for cluster in 0..<clusters {
      let start = candidates[chosen] * width
      for column in 0..<width { centroids[column * clusters + cluster] = points[start + column] }
      var total = 0.0
      for (index, candidate) in candidates.enumerated() {
        var gap: Float = 0
        for column in 0..<width {
          let step = points[candidate * width + column] - points[start + column]
          gap += step * step
        }
        gaps[index] = min(gaps[index], gap)
        total += Double(gaps[index])
      }
      var rest = stream.uniform(at: UInt64(cluster) + 1) * total
      chosen = candidates.count - 1
      for (index, gap) in gaps.enumerated() {
        rest -= Double(gap)
        if rest <= 0 && gap > 0 {
          chosen = index
          break
        }
      }
    }
    return centroids
  }

  /// The nearest centroid of each point; of equally near ones the first.
  private static func assign(
    _ points: Span<Float>, _ width: Int, _ sample: [Int], to centroids: [Float], _ clusters: Int,
    _ found: inout [UInt32]
  ) {
    // ‖x − c‖² is ‖c‖² − 2x·c and what does not depend on c.
    var squares = [Float](repeating: 0, count: clusters)
    for column in 0..<width {
      for cluster in 0..<clusters {
        let value = centroids[column * clusters + cluster]
        squares[cluster] += value * value
      }
    }
    var distances = squares
    let weights = centroids.span
    for (place, point) in sample.enumerated() {
      var row = distances.mutableSpan
      for cluster in 0..<clusters { row[cluster] = squares[cluster] }
      for column in 0..<width {
        let factor = -2 * points[point * width + column]
        add(weights.extracting(column * clusters..<(column + 1) * clusters), times: factor, to: &row)
      }
      var nearest = 0
      for cluster in 0..<clusters where row[cluster] < row[nearest] { nearest = cluster }
      found[place] = UInt32(nearest)
    }
  }

  private static func add(_ values: Span<Float>, times factor: Float, to row: inout MutableSpan<Float>) {
    precondition(values.count == row.count, "\(values.count) values for \(row.count)")
    for index in 0..<values.count { row[index] += factor * values[index] }
  }

  /// Moves each centroid to the mean of its points; one without any stays.
  private static func move(
    _ centroids: inout [Float], to points: Span<Float>, _ width: Int, _ sample: [Int], _ found: [UInt32],
    _ clusters: Int
  ) {
    var sums = [Double](repeating: 0, count: clusters * width)
    var counts = [Int](repeating: 0, count: clusters)
    for (place, point) in sample.enumerated() {
      let cluster = Int(found[place])
      counts[cluster] += 1
      for column in 0..<width { sums[cluster * width + column] += Double(points[point * width + column]) }
    }
    for cluster in 0..<clusters where counts[cluster] > 0 {
      for column in 0..<width {
        centroids[column * clusters + cluster] = Float(sums[cluster * width + column] / Double(counts[cluster]))
      }
    }
  }

  /// The points of each cluster, ascending; without the clusters that have none.
  package var members: [[UInt32]] {
    var members = [[UInt32]](repeating: [], count: clusterCount)
    for (point, cluster) in clusterOfPoint.enumerated() { members[Int(cluster)].append(UInt32(point)) }
    return members.filter { !$0.isEmpty }
  }
}
