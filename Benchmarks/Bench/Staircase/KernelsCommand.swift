import ArgumentParser
import Plan

/// The kernels, one by one.
struct KernelsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kernels", abstract: "Plain loops, the project's kernels, and what the machine could do.")

  @Option(help: "Prepared data to draw samples of; without it the sampler is not measured.") var data: String?
  @OptionGroup var reporting: ReportOptions

  func run() throws {
    let data = try data.map { try TrainingData(folder: $0) }
    try reporting.report(
      "Kernels", Self.tables(data: data, stopwatch: Stopwatch(rounds: reporting.rounds), reporting.say))
  }

  static func tables(data: TrainingData?, stopwatch: Stopwatch, _ say: (String) -> Void) -> [ResultTable] {
    var products = Staircase("Products of the layers, and the gradients of their weights", stopwatch: stopwatch)
    var leaves = Staircase(
      "What a leaf moves, and what it does element by element", stopwatch: stopwatch,
      notes: [
        "A kernel exceeds the copy's rate where it reads more than it writes, or finds rows again in a nearer cache."
      ])
    var optimizers = Staircase(
      "Steps of the optimizer", stopwatch: stopwatch,
      notes: ["Plain `adam` moves all rows in every step, as dense Adam does; its rate, too, counts the touched ones."])
    say("ceilings")
    let ceilings = products.measureCeilings()
    for (name, shape) in models {
      for samples in [256, 512] {
        say("\(name), leaves of \(samples)")
        ProductStairs.climb(name, shape, samples, on: &products)
        LeafStairs(name, shape, samples).climb(on: &leaves)
        ActivationStairs(samples: samples, width: shape.hidden[0]).climb(name, on: &leaves)
      }
    }
    say("sampler")
    if let data { SamplerStairs.climb(data, on: &leaves) }
    say("optimizers")
    for stairs in tables { stairs.climb(on: &optimizers) }
    return [ceilings, products.table, leaves.table, optimizers.table]
  }

  private static let models = [
    ("NeuMF-8", NetworkShape(model: .neumf, factors: 8, layers: [64, 32, 16, 8])),
    ("NeuMF-64", NetworkShape(model: .neumf, factors: 64, layers: [256, 256, 128, 64])),
  ]

  /// The items of MovieLens 1M in two widths, and the users of Netflix.
  private static let tables = [
    OptimizerStairs(name: "items of MovieLens 1M", rows: 3706, width: 40, draws: 4096),
    OptimizerStairs(name: "the same, NeuMF-64", rows: 3706, width: 192, draws: 4096),
    OptimizerStairs(name: "users of Netflix", rows: 480_189, width: 40, draws: 16_384),
  ]
}
