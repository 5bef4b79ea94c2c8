import Telemetry

/// A table of a sweep's results, for people and programs.
struct SweepTable {
  var head: [String]
  var rows: [[String]]
  /// How many of the first columns tell the arms apart; the others hold numbers.
  private let axes: Int

  /// One row per arm: means over the seeds, with standard errors.
  /// - Parameters:
  ///   - choices: the epochs that are shown; of a single one the headings say nothing
  ///   - hasCosts: whether it says, too, what training and predicting take
  init(_ results: SweepResults, choices: [Choice], hasCosts: Bool = true) {
    axes = results.design.axes.count
    head = results.design.axes + ["seeds"]
    if results.isValidated, choices.contains(.best) { head.append("validation \(results.measures[0].name)") }
    for choice in choices {
      head += results.measures.map { choices.count > 1 ? "\($0.name), \(results.heading(choice))" : $0.name }
    }
    let counts = results.isRated && hasCosts
    if counts { head.append("multiplications per prediction") }
    if hasCosts { head += ["training (s)", "samples/s"] }
    rows = results.order.map { arm in
      let trials = results.trials(of: arm)
      func text(_ estimate: Estimate?, _ places: Int = 4) -> String { estimate?.text(places) ?? "-" }
      let isTrained = trials.allSatisfy { $0.job != nil }
      var cells = results.design.arms[arm].values + [isTrained ? String(trials.count) : "-"]
      if results.isValidated, choices.contains(.best) { cells.append(text(results.estimate(arm, results.validation))) }
      for choice in choices {
        cells += results.measures.map { text(results.estimate(arm, choice, $0), $0.places) }
      }
      if counts { cells.append(trials.first?.multiplications.map(Amount.count) ?? "-") }
      guard hasCosts else { return cells }
      let trained = trials.filter { $0.job != nil }
      cells.append(text(Estimate(trained.map(\.trainingSeconds)), 1))
      cells.append(Estimate(trained.compactMap(\.samplesPerSecond)).map { Figures.rate($0.mean) } ?? "-")
      return cells
    }
  }

  /// What is added to the reference, by arm, or taken from it.
  init?(differencesOf results: SweepResults) {
    guard let reference = results.design.reference else { return nil }
    axes = results.design.axes.count
    let columns = Self.shown(by: results)
    head = results.design.axes + ["seeds"] + columns.map { "\($1.name), \(results.heading($0))" }
    rows = results.design.arms.indices.filter { $0 != reference }.map { arm in
      let found = columns.map { results.difference(arm, to: reference, $0, $1) }
      return results.design.arms[arm].values + [String(found.first??.count ?? 0)]
        + zip(found, columns).map { $0?.text($1.measure.places, signed: true) ?? "-" }
    }
  }

  /// Every measure at each of the epochs that are chosen.
  private static func shown(by results: SweepResults) -> [(choice: Choice, measure: Measure)] {
    results.choices.flatMap { choice in results.measures.map { (choice, $0) } }
  }

  /// The head and the rows with a line of dashes between, for Markdown.
  var markdown: String {
    func line(_ cells: [String]) -> String {
      "| " + cells.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |\n"
    }
    let rule = head.indices.map { $0 < axes ? "---" : "---:" }
    return line(head) + line(rule) + rows.map(line).joined()
  }

  /// For a terminal.
  var text: String {
    var table = TextTable(head.enumerated().map { TextTable.Column(heading: $0.element, isNumber: $0.offset >= axes) })
    for row in rows { table.append(row) }
    return table.text
  }

  /// Means and standard errors in columns of their own; full precision.
  static func csv(ofArms results: SweepResults) -> String {
    var head = results.design.axes + ["seeds"]
    let columns: [(name: String, value: (SweepResults.Trial) -> Double?)] =
      (results.isValidated ? [("validation \(results.measures[0].name)", results.validation)] : [])
      + shown(by: results).map { choice, measure in
        ("\(measure.name), \(results.heading(choice))", { results.value($0, choice, measure) })
      }
      + [
        ("training seconds", { $0.job == nil ? nil : $0.trainingSeconds }), ("samples per second", \.samplesPerSecond),
      ]
    for column in columns { head += [column.name, "\(column.name), standard error"] }
    let differences = results.design.reference == nil ? [] : shown(by: results)
    for (choice, measure) in differences {
      let name = "\(measure.name), \(results.heading(choice)), difference"
      head += [name, "\(name), standard error"]
    }
    if results.isRated { head.append("multiplications per prediction") }
    var lines = [csvLine(head)]
    for arm in results.order {
      let trials = results.trials(of: arm)
      let isTrained = trials.allSatisfy { $0.job != nil }
      var cells = results.design.arms[arm].values + [isTrained ? String(trials.count) : ""]
      for column in columns {
        let found = results.estimate(arm, column.value)
        cells += csvCells(found)
      }
      for (choice, measure) in differences {
        cells += csvCells(results.design.reference.flatMap { results.difference(arm, to: $0, choice, measure) })
      }
      if results.isRated { cells.append(trials.first?.multiplications.map(String.init) ?? "") }
      lines.append(csvLine(cells))
    }
    return lines.joined()
  }

  /// One line per trial.
  static func csv(ofTrials results: SweepResults) -> String {
    var head = results.design.axes + ["seed"]
    for choice in results.choices {
      head.append(results.heading(choice))
      head += results.measures.map { "\($0.name), \(results.heading(choice))" }
    }
    var lines = [csvLine(head + ["training seconds", "samples per second", "run", "digest"])]
    for trial in results.trials {
      var cells = results.design.arms[trial.arm].values + [trial.seed.map { String($0) } ?? ""]
      for choice in results.choices {
        cells.append(results.epochNumber(trial, choice).map(String.init) ?? "")
        cells += results.measures.map { results.value(trial, choice, $0).map { String($0) } ?? "" }
      }
      cells += [
        trial.job == nil ? "" : String(trial.trainingSeconds), trial.samplesPerSecond.map { String($0) } ?? "",
        trial.job.map { "trials/\($0)" } ?? "", trial.digest,
      ]
      lines.append(csvLine(cells))
    }
    return lines.joined()
  }

  private static func csvCells(_ found: Estimate?) -> [String] {
    [found.map { String($0.mean) } ?? "", found?.standardError.map { String($0) } ?? ""]
  }

  private static func csvLine(_ cells: [String]) -> String {
    cells.map { cell in
      cell.contains { ",\"\n".contains($0) } ? "\"\(cell.replacing("\"", with: "\"\""))\"" : cell
    }.joined(separator: ",") + "\n"
  }
}
