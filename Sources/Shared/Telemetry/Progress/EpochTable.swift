package import Plan

/// The table with a row per epoch.
package struct EpochTable: Equatable, Sendable {
  package let topK: Int
  private let objective: Objective

  package init(topK: Int, objective: Objective = .implicit) {
    self.topK = topK
    self.objective = objective
  }

  package var header: String {
    let measures =
      switch objective {
      case .implicit: ["HR@\(topK)", "NDCG@\(topK)"]
      case .rating: ["RMSE", "MAE", "R2"]
      }
    return row(["epoch", "loss"] + measures + ["samples/s", "seconds"])
  }

  /// The epoch's row, with a `*` behind the best so far; `-` stands where the epoch was not evaluated.
  package func row(of epoch: EpochReport, isBest: Bool) -> String {
    let measures =
      switch objective {
      case .implicit: [epoch.hitRatio[topK], epoch.ndcg[topK]]
      case .rating: [epoch.errors?.rmse, epoch.errors?.mae, epoch.errors?.r2]
      }
    let cells =
      [String(epoch.epoch), Figures.fixed(epoch.loss, 4)] + measures.map { $0.map { Figures.fixed($0, 4) } ?? "-" }
      + [
        Figures.rate(epoch.samplesPerSecond), Figures.fixed(epoch.trainingSeconds + epoch.evaluationSeconds, 2),
      ]
    return row(cells) + (isBest ? " *" : "")
  }

  private func row(_ cells: [String]) -> String {
    let measures =
      switch objective {
      case .implicit: [5 + max(3, String(topK).count), 7 + max(2, String(topK).count)]
      case .rating: [9, 9, 9]
      }
    let widths = [5, 8] + measures + [11, 9]
    return zip(cells, widths).map { Figures.rightAligned($0, $1) }.joined()
  }
}
