extension SweepDesign {
  /// Every combination of values, such as `factors=8,16 learning-rate=0.001,0.003`, the last axis fastest. The widths
  /// of `layers` are joined by `-`; a flag takes `yes` and `no`.
  init(grid text: String) throws(CommandFailure) {
    var axes: [(name: String, values: [String])] = []
    for word in text.split(separator: " ") {
      let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      let values = parts.count == 2 ? parts[1].split(separator: ",", omittingEmptySubsequences: false) : []
      guard parts.count == 2, !parts[0].isEmpty, values.allSatisfy({ !$0.isEmpty }) else {
        throw Self.failure("\(word) is not an option with its values")
      }
      guard !axes.contains(where: { $0.name == parts[0] }) else { throw Self.failure("\(parts[0]) stands there twice") }
      guard Set(values).count == values.count else { throw Self.failure("\(word) has a value twice") }
      guard parts[0] != "seed" else { throw Self.failure("seeds have an option of their own: --seeds") }
      axes.append((parts[0], values.map(String.init)))
    }
    guard !axes.isEmpty else { throw Self.failure("nothing varies") }
    var rows: [[String]] = [[]]
    for axis in axes { rows = rows.flatMap { row in axis.values.map { row + [$0] } } }
    // Limit: a sweep of a thousand trainings takes days; more is a slip of the keyboard.
    guard rows.count <= 1000 else { throw Self.failure("\(rows.count) combinations; at most 1000") }
    let names = axes.map(\.name)
    let numeric = axes.indices.first { index in
      axes[index].values.count > 1 && axes[index].values.allSatisfy { Double($0) != nil }
    }
    self.init(
      name: "grid", title: "Grid", about: "Every combination of \(text).", axes: names,
      arms: rows.map { row in
        Arm(
          values: row,
          subject: .training(options: zip(names, row).flatMap { Self.option($0, $1) }))
      },
      figures: numeric.map { [.against(axis: $0)] } ?? [.bars], isRanked: true)
  }

  private static func option(_ name: String, _ value: String) -> [String] {
    switch (name, value) {
    case (_, "yes"): ["--\(name)"]
    case ("biases", "no"): ["--no-biases"]
    case (_, "no"): []
    case ("layers", _): ["--layers", value.replacing("-", with: ",")]
    default: ["--\(name)", value]
    }
  }

  private static func failure(_ problem: String) -> CommandFailure {
    CommandFailure(.usage, "--grid: \(problem)", hint: "such as --grid \"factors=8,16 learning-rate=0.001,0.003\"")
  }
}
