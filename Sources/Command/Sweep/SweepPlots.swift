import Telemetry

/// The plots of a sweep: each a file name and its SVG.
struct SweepPlots {
  private let results: SweepResults
  private(set) var all: [(file: String, svg: String)] = []

  init(_ results: SweepResults) {
    self.results = results
    guard !results.trials.isEmpty else { return }
    for figure in results.design.figures {
      switch figure {
      case .bars: for measure in results.measures { addBars(measure) }
      case .epochs:
        addCurves("loss", "Training loss by epoch", "loss (mean per sample)") { $0.loss.isFinite ? $0.loss : nil }
        for measure in results.measures {
          addCurves(measure.name, "\(measure.name) by epoch", name(of: measure), measure.value)
        }
      case .against(let axis):
        for measure in results.measures {
          let title = "\(measure.name), \(results.heading(.best))"
          addLines(measure.name, title, name(of: measure), against: axis) { results.estimate($0, .best, measure) }
        }
      case .lengths:
        addLengths("HR", "Hit ratio by length of the list", Measure.hitRatio)
        addLengths("NDCG", "NDCG by length of the list", Measure.ndcg)
      case .differences: for measure in results.measures { addDifferences(measure) }
      case .multiplications: addMultiplications()
      case .rate(let axis):
        addLines("rate", "Speed of the training", "samples per second, millions", against: axis) { arm in
          results.estimate(arm) { $0.samplesPerSecond.map { $0 / 1e6 } }
        }
      }
    }
  }

  private var design: SweepDesign { results.design }
  private var labels: [String] { results.order.map { design.arms[$0].label } }
  private var armName: String { design.axes.joined(separator: ", ") }

  private func name(of measure: Measure) -> String {
    switch measure.name {
    case "RMSE", "MAE": "\(measure.name) (in ratings, less is better)"
    case "R2": "R2 (share of the variance)"
    default: "\(measure.name) (share, 0 to 1)"
    }
  }

  private mutating func add(_ name: String, _ svg: String) {
    let plain = name.lowercased().map { $0.isLetter || $0.isNumber ? $0 : "-" }
    all.append(("\(design.name)-\(String(plain)).svg", svg))
  }

  private mutating func addBars(_ measure: Measure) {
    let series = results.choices.map { choice in
      BarChart.Series(
        name: results.heading(choice),
        values: results.order.map { arm in
          let found = results.estimate(arm, choice, measure)
          return (found?.mean, found?.standardError)
        })
    }
    add(
      "\(measure.name) bars",
      BarChart(
        title: "\(measure.name) by \(armName)", xName: armName, yName: name(of: measure), groups: labels,
        series: series, places: measure.places
      ).svg)
  }

  private mutating func addDifferences(_ measure: Measure) {
    guard let reference = design.reference else { return }
    let arms = design.arms.indices.filter { $0 != reference }
    let series = BarChart.Series(
      name: "difference",
      values: arms.map { arm in
        let found = results.difference(arm, to: reference, .best, measure)
        return (found?.mean, found?.standardError)
      })
    add(
      "\(measure.name) differences",
      BarChart(
        title: "\(measure.name): difference to \(design.arms[reference].label), \(results.heading(.best))",
        xName: armName, yName: "difference in \(measure.name)", groups: arms.map { design.arms[$0].label },
        series: [series], places: measure.places
      ).svg)
  }

  private mutating func addMultiplications() {
    let counts = results.order.map { results.trials(of: $0).first?.multiplications.map(Double.init) }
    let series = BarChart.Series(name: "multiplications", values: counts.map { ($0, nil) })
    add(
      "multiplications bars",
      BarChart(
        title: "Multiplications per prediction by \(armName)", xName: armName, yName: "multiplications (count)",
        groups: labels, series: [series], places: 0
      ).svg)
  }

  /// Means over the seeds at each epoch. What is not trained is a level line.
  private mutating func addCurves(
    _ file: String, _ title: String, _ yName: String, _ value: (EpochReport) -> Double?
  ) {
    let last = results.trials.flatMap { $0.epochs.map(\.epoch) }.max() ?? 1
    let series = design.arms.indices.map { arm in
      let trials = results.trials(of: arm)
      let isLevel = trials.allSatisfy { $0.job == nil }
      let epochs = isLevel ? [1, last] : Set(trials.flatMap { $0.epochs.map(\.epoch) }).sorted()
      let points = epochs.compactMap { epoch -> LineChart.Point? in
        let found = trials.compactMap { trial in
          (isLevel ? trial.epochs.first : trial.epochs.first { $0.epoch == epoch }).flatMap(value)
        }
        return Estimate(found).map { LineChart.Point(x: Double(epoch), y: $0.mean, error: $0.standardError) }
      }
      return LineChart.Series(name: design.arms[arm].label, points: points)
    }
    add(
      "\(file) epochs",
      LineChart(title: title, yName: yName, series: series).svg)
  }

  private mutating func addLines(
    _ file: String, _ title: String, _ yName: String, against axis: Int, _ estimate: (Int) -> Estimate?
  ) {
    var values: [String] = []
    var names: [String] = []
    func name(_ arm: SweepDesign.Arm) -> String {
      arm.values.indices.filter { $0 != axis }.map { place in
        // A bare number or yes needs its axis beside it; a word such as MLP-3 does not.
        let value = arm.values[place]
        return Double(value) != nil || ["yes", "no"].contains(value)
          ? "\(design.axes[place]) \(value)" : value
      }.joined(separator: ", ")
    }
    for arm in design.arms {
      if !values.contains(arm.values[axis]) { values.append(arm.values[axis]) }
      if !names.contains(name(arm)) { names.append(name(arm)) }
    }
    let series = names.map { one in
      LineChart.Series(
        name: one,
        points: design.arms.indices.compactMap { arm in
          guard name(design.arms[arm]) == one, let found = estimate(arm),
            let x = values.firstIndex(of: design.arms[arm].values[axis])
          else { return nil }
          return LineChart.Point(x: Double(x), y: found.mean, error: found.standardError)
        })
    }
    add(
      "\(file) by \(design.axes[axis])",
      LineChart(
        title: title, across: .values(name: design.axes[axis], values), yName: yName,
        series: series
      ).svg)
  }

  /// At the epoch that is the best by the longest list.
  private mutating func addLengths(_ name: String, _ title: String, _ measure: (Int) -> Measure) {
    guard !results.isRated else { return }
    let series = design.arms.indices.map { arm in
      LineChart.Series(
        name: design.arms[arm].label,
        points: (1...results.topK).compactMap { length in
          results.estimate(arm, .best, measure(length)).map {
            LineChart.Point(x: Double(length), y: $0.mean, error: $0.standardError)
          }
        })
    }
    add(
      "\(name) lengths",
      LineChart(
        title: "\(title), \(results.heading(.best))", across: .numbers(name: "K, length of the list"),
        yName: "\(name)@K (share, 0 to 1)", series: series
      ).svg)
  }
}
