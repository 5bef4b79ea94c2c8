/// The table with a row per epoch.
package struct EpochTable: Equatable, Sendable {
  package let topK: Int

  package init(topK: Int) {
    self.topK = topK
  }

  package var header: String {
    row(["epoch", "loss", "HR@\(topK)", "NDCG@\(topK)", "samples/s", "seconds"])
  }

  /// The epoch's row, with a `*` behind the best so far; `-` stands where the epoch was not evaluated.
  package func row(of epoch: EpochReport, isBest: Bool) -> String {
    let cells = [
      String(epoch.epoch), Figures.fixed(epoch.loss, 4),
      epoch.hitRatio[topK].map { Figures.fixed($0, 4) } ?? "-", epoch.ndcg[topK].map { Figures.fixed($0, 4) } ?? "-",
      Figures.rate(epoch.samplesPerSecond), Figures.fixed(epoch.trainingSeconds + epoch.evaluationSeconds, 2),
    ]
    return row(cells) + (isBest ? " *" : "")
  }

  private func row(_ cells: [String]) -> String {
    let widths = [5, 8, 5 + max(3, String(topK).count), 7 + max(2, String(topK).count), 11, 9]
    return zip(cells, widths).map { Figures.rightAligned($0, $1) }.joined()
  }
}
