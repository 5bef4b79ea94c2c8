import Plan

/// A table of trainings, and what is shown of them. It says nothing of how they are run.
struct SweepDesign: Sendable {
  /// A row of the table: one training for each seed.
  struct Arm: Sendable, Equatable {
    /// One for each axis.
    let values: [String]
    let subject: Subject

    /// Such as `NeuMF, 16`.
    var label: String { values.joined(separator: ", ") }
  }

  enum Subject: Sendable, Equatable {
    /// No training: items by how many users met them.
    case popularity
    /// What makes the arm what it is, as options of `neumf train`. Where `--pretrain` is among them, the optimizer and
    /// the rate of the command line are those of the stages.
    case training(options: [String])
  }

  /// What is drawn of each measure.
  enum Figure: Sendable, Equatable {
    /// A group of bars for each arm.
    case bars
    /// A line for each arm, over the epochs; the loss, too.
    case epochs
    /// Over the values of an axis, in their order; a line for each combination of the others.
    case against(axis: Int)
    /// A line for each arm, over the lengths of the list.
    case lengths
    /// A bar for each arm: its difference to the reference.
    case differences
    /// Samples per second, over the values of an axis.
    case rate(axis: Int)
    /// A bar for each arm: the multiplications that a prediction takes.
    case multiplications
  }

  /// What the data must be.
  enum Need: Sendable { case interactions, latestFifth }

  /// The word that names it on the command line, and the heading of its report.
  let name: String
  let title: String
  /// A sentence or two for the help and the report.
  let about: String
  /// What tells the arms apart: headings of columns.
  let axes: [String]
  let arms: [Arm]
  let figures: [Figure]
  /// What all arms have unless the command line says otherwise, as options of `neumf train`.
  var defaults: [String] = []
  var need = Need.interactions
  /// The arm that the others are compared with, seed by seed.
  var reference: Int?
  /// Whether the arms are listed by what they reached rather than in their order.
  var isRanked = false
}

extension SweepDesign.Arm {
  /// - Parameter options: as on a command line, such as `--model gmf --factors 8`
  init(_ values: [String], _ options: String) {
    self.init(values: values, subject: .training(options: options.split(separator: " ").map(String.init)))
  }

  static func popularity(_ values: [String]) -> Self { Self(values: values, subject: .popularity) }
}
