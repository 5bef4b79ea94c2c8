internal import Plan

/// The page report.html: curves and figures of a run, in one file that needs no network.
package struct ReportPage {
  private let report: RunReport

  package init(_ report: RunReport) {
    self.report = report
  }

  /// Puts the page at `path`, whole or not at all.
  package func write(to path: String) throws {
    try PageLayout.write(html, to: path)
  }

  package var html: String {
    let name = "\(report.plan.model.rawValue), \(report.plan.factors) factors"
    return PageLayout.html(
      title: name,
      body: """
        <p>\(Markup.escaped(summary))</p>
        \(charts)
        <h2>Epochs</h2>
        \(epochTable)
        <h2>Run</h2>
        \(figures)
        \(digest)
        """)
  }

  private var summary: String {
    let data = report.data
    var text =
      "\(Amount.of(data.users, "user")), \(Amount.of(data.items, "item")), "
      + "\(Amount.of(data.trainingInteractions, "training interaction")); "
      + "\(report.plan.consistency), \(Amount.of(report.plan.cluster.workers, "worker")), "
      + "\(Amount.of(report.plan.cluster.servers, "server"))\(report.plan.cluster.backups > 0 ? " with backups" : "")."
    if let best = report.best {
      text += " Best epoch \(best.epoch): " + measures.map { "\($0.name) \($0.text(best))" }.joined(separator: ", ")
      if let held = best.chosenOn {
        text += ", chosen on the \(held.rawValue) \(report.plan.objective == .implicit ? "items" : "ratings")"
      }
      text += "."
    }
    return text
  }

  private var charts: String {
    if report.epochs.isEmpty { return "<p>No epoch has ended yet.</p>" }
    let loss = LineChart(
      title: "Training loss", yName: "loss (mean per sample)", series: [series("loss") { $0.loss }])
    switch report.plan.objective {
    case .implicit: return loss.svg + measure("Hit ratio", "HR", \.hitRatio) + measure("NDCG", "NDCG", \.ndcg)
    case .rating: return loss.svg + errors
    }
  }

  /// The errors of predicted ratings, in the unit of the ratings, and the variance that is explained.
  private var errors: String {
    if report.epochs.allSatisfy({ $0.errors == nil }) { return "" }
    let errors = LineChart(
      title: "Errors of predicted ratings by epoch", yName: "error (in ratings)",
      series: [series("RMSE") { $0.errors?.rmse ?? .nan }, series("MAE") { $0.errors?.mae ?? .nan }])
    let explained = LineChart(
      title: "Explained variance by epoch", yName: "R2 (share of the variance)",
      series: [series("R2") { $0.errors?.r2 ?? .nan }])
    return errors.svg + (report.epochs.contains { $0.errors?.r2 != nil } ? explained.svg : "")
  }

  /// What this run is measured by, as the best epoch and the rows of the table show it.
  private var measures: [(name: String, text: (ChosenEpoch) -> String)] {
    let measures: [(String, (ChosenEpoch) -> Double?)] =
      switch report.plan.objective {
      case .implicit: [("HR@\(report.plan.topK)", \.hitRatio), ("NDCG@\(report.plan.topK)", \.ndcg)]
      case .rating: [("RMSE", { $0.errors?.rmse }), ("MAE", { $0.errors?.mae }), ("R2", { $0.errors?.r2 })]
      }
    return measures.map { name, value in (name, { value($0).map { Figures.fixed($0, 4) } ?? "-" }) }
  }

  /// The measure at the plan's K, at half of it, and at 1.
  private func measure(_ title: String, _ name: String, _ values: KeyPath<EpochReport, [Int: Double]>) -> String {
    let evaluated = report.epochs.filter { !$0[keyPath: values].isEmpty }
    if evaluated.isEmpty { return "" }
    let shown = Set([report.plan.topK, (report.plan.topK + 1) / 2, 1]).sorted(by: >)
    let lines = shown.filter { cut in evaluated.contains { $0[keyPath: values][cut] != nil } }.map { cut in
      series("\(name)@\(cut)") { $0[keyPath: values][cut] ?? .nan }
    }
    return LineChart(title: "\(title) by epoch", yName: "\(name)@K", series: lines).svg
  }

  private func series(_ name: String, _ value: (EpochReport) -> Double) -> LineChart.Series {
    // Epochs between two evaluations have no point, and must not break the line.
    let points = report.epochs.map { LineChart.Point(x: Double($0.epoch), y: value($0)) }
    let isMeasure = name != "loss"
    return LineChart.Series(name: name, points: isMeasure ? points.filter { !$0.y.isNaN } : points)
  }

  private var epochTable: String {
    let rows = report.epochs.map { epoch in
      let found = report.measured(epoch)
      return [String(epoch.epoch) + (epoch.epoch == report.best?.epoch ? " *" : ""), Figures.fixed(epoch.loss, 4)]
        + measures.map { $0.text(found) }
        + [
          Figures.rate(epoch.samplesPerSecond), Figures.fixed(epoch.trainingSeconds, 2),
          Figures.fixed(epoch.evaluationSeconds, 2),
        ]
    }
    let head = ["epoch", "loss"] + measures.map(\.name) + ["samples/s", "training s", "evaluation s"]
    return Markup.table(head, rows)
  }

  private var figures: String {
    var rows = [["samples per second", Figures.rate(report.samplesPerSecond)]]
    rows.append(["bytes sent", Figures.byteCount(report.bytesOnWire.sent)])
    rows.append(["bytes received", Figures.byteCount(report.bytesOnWire.received)])
    for (name, value) in processes(report.peakResidentBytes) {
      rows.append(["peak memory, \(name)", Figures.byteCount(value)])
    }
    for (name, value) in processes(report.cpuSeconds) {
      rows.append(["CPU seconds, \(name)", Figures.fixed(value, 1)])
    }
    let updates = report.updates
    rows.append(["updates pushed", String(updates.pushed)])
    rows.append(["updates applied", String(updates.applied)])
    rows.append(["duplicates ignored", String(updates.duplicatesIgnored)])
    rows.append(["updates lost", String(updates.lost)])
    rows.append(["greatest staleness, steps", String(report.staleness.maximum)])
    rows.append(["recoveries", String(report.recoveries.count)])
    return Markup.table(["figure", "value"], rows)
  }

  private var digest: String {
    report.digest.isEmpty ? "" : "<p>Digest of the parameters: <code>\(Markup.escaped(report.digest))</code></p>"
  }

  private func processes<Value>(_ values: PerRole<Value>) -> [(String, Value)] {
    [("coordinator", values.coordinator)]
      + values.server.enumerated().map { ("server \($0.offset)", $0.element) }
      + values.worker.enumerated().map { ("worker \($0.offset)", $0.element) }
  }
}
