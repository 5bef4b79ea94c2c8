import Datasets
import Plan
import Telemetry

/// What a sweep found, in the forms that people read.
struct SweepReport {
  let results: SweepResults
  let schedule: SweepSchedule
  let failures: [SweepRunner.Failure]
  let data: String
  let summary: DatasetSummary

  private var design: SweepDesign { results.design }

  /// Puts the tables, the plots and the page into the sweep's folder.
  func write(in folder: SweepFolder) throws {
    let plots = SweepPlots(results).all
    for plot in plots { try PageLayout.write(ChartStyle.file(plot.svg), to: "\(folder.path)/plots/\(plot.file)") }
    try PageLayout.write(SweepTable.csv(ofArms: results), to: "\(folder.path)/results.csv")
    try PageLayout.write(SweepTable.csv(ofTrials: results), to: "\(folder.path)/trials.csv")
    try PageLayout.write(markdown(plots.map(\.file)), to: "\(folder.path)/results.md")
    try PageLayout.write(html(plots.map(\.svg)), to: "\(folder.path)/report.html")
  }

  func markdown(_ plots: [String]) -> String {
    var parts = ["# \(design.title)", introduction.joined(separator: "\n\n")]
    parts.append(SweepTable(results, choices: results.choices).markdown)
    if let table = SweepTable(differencesOf: results) {
      parts += ["## \(differenceTitle)", table.markdown]
    }
    if !failures.isEmpty {
      parts.append("## Failed")
      parts.append(failures.map { "- \($0.job): \($0.reason); log: `\($0.log)`" }.joined(separator: "\n"))
    }
    if !plots.isEmpty {
      parts += ["## Plots", plots.map { "![\($0)](plots/\($0))" }.joined(separator: "\n")]
    }
    return parts.joined(separator: "\n\n") + "\n"
  }

  func html(_ plots: [String]) -> String {
    func table(_ table: SweepTable) -> String {
      "<div class=\"wide\">\n\(Markup.table(table.head, table.rows, wordColumns: design.axes.count))</div>\n"
    }
    var body = introduction.map { "<p>\(Markup.escaped($0))</p>\n" }.joined()
    body += plots.joined() + "<h2>Results</h2>\n"
    for choice in results.choices {
      let title = Markup.escaped(results.heading(choice))
      body += "<h3>\(title)</h3>\n" + table(SweepTable(results, choices: [choice], hasCosts: choice == .best))
    }
    if let differences = SweepTable(differencesOf: results) {
      body += "<h2>\(Markup.escaped(differenceTitle))</h2>\n" + table(differences)
    }
    if !failures.isEmpty {
      body += "<h2>Failed</h2>\n"
      body += Markup.table(["trial", "reason", "log"], failures.map { [$0.job, $0.reason, $0.log] }, wordColumns: 3)
    }
    body += "<h2>Arms</h2>\n" + Markup.table(design.axes + ["options"], armRows, wordColumns: design.axes.count + 1)
    return PageLayout.html(title: design.title, body: body)
  }

  private var differenceTitle: String {
    let reference = design.reference.map { design.arms[$0].label } ?? ""
    return "Difference to \(reference), by the same seed"
  }

  /// What was trained on what, and how the figures are to be read.
  private var introduction: [String] {
    let plan = schedule.common
    let split = summary.provenance
    var parts = [design.about]
    let seeds = Set(schedule.trials.compactMap(\.seed)).sorted().map(String.init)
    parts.append(
      "Data: \(data), \(Amount.of(summary.users, "user")), \(Amount.of(summary.items, "item")), "
        + "\(Amount.of(summary.trainingInteractions, "training interaction")), from \(split.format) files, "
        + "split \(split.split); "
        + (results.isRated
          ? "\(Amount.of(summary.testRatings, "held-out rating"))."
          : "each of \(Amount.of(summary.testCases, "held-out item")) is ranked among "
            + "\(Amount.of(summary.testNegatives, "sampled negative")). K = \(plan.topK)."))
    parts.append(
      "All arms, where the list of arms says nothing else: \(plan.training.joined(separator: ", ")), "
        + "\(plan.consistency), \(Amount.of(plan.cluster.workers, "worker")), "
        + "\(Amount.of(plan.cluster.servers, "server")); "
        + "seed\(seeds.count == 1 ? "" : "s") \(seeds.joined(separator: ", ")).")
    let held = results.isRated ? "ratings" : "items"
    let basis =
      results.isValidated
      ? "The best epoch is chosen on validation \(held), which are kept from training; the one that is best on the "
        + "test \(held) stands beside it, for comparison with the papers."
      : "The best epoch is chosen on the test \(held), as in the papers, which flatters; with --validation it is "
        + "chosen on validation \(held)."
    let spread =
      seeds.count > 1 ? " Figures are means over the seeds ± their standard errors, which the whiskers show, too." : ""
    parts.append(basis + spread)
    if results.isRated {
      parts.append(
        "Multiplications per prediction are those of one pair from its rows: hidden layers, product and output layer.")
    }
    let trained = results.trials.count
    if trained < schedule.trials.count {
      parts.append("Of \(Amount.of(schedule.trials.count, "trial")) \(Amount.count(trained)) have a result so far.")
    }
    return parts
  }

  private var armRows: [[String]] {
    design.arms.indices.map { index in
      let arm = design.arms[index]
      guard case .training(let options) = arm.subject else {
        return arm.values + ["counts of the training interactions"]
      }
      let own = schedule.training(of: index)
      let changes = own.isEmpty ? "" : (options.contains("--pretrain") ? ", then " : ": ") + own.joined(separator: ", ")
      return arm.values + [options.joined(separator: " ") + changes]
    }
  }
}
