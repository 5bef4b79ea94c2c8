import ArgumentParser

/// The experiments of the literature.
enum SweepPreset: String, CaseIterable, ExpressibleByArgument {
  case models, factors, layers, negatives
  case topK = "top-k"
  case activations, consistency, ratings, netflix

  private typealias Arm = SweepDesign.Arm

  private static let families = [("MF", "mf"), ("GMF", "gmf"), ("MLP", "mlp"), ("NeuMF", "neumf")]
  private static let widths = [8, 16, 32, 64]

  /// The tower of the paper: each layer half as wide as the one before it, the last one `factors`.
  private static func tower(_ factors: Int, hidden: Int) -> String {
    (0...hidden).reversed().map { String(factors << $0) }.joined(separator: ",")
  }

  private static func sized(_ factors: Int) -> String { "--factors \(factors) --layers \(tower(factors, hidden: 3))" }

  var design: SweepDesign {
    switch self {
    case .models:
      SweepDesign(
        name: rawValue, title: "Models",
        about: "Popularity, MF, GMF, MLP, NeuMF and a NeuMF that begins from a trained GMF and MLP.",
        axes: ["model"],
        arms: [.popularity(["popularity"])]
          + Self.families.map { Arm([$0], "--model \($1)") }
          + [Arm(["NeuMF, pre-trained"], "--model neumf --pretrain")],
        figures: [.bars, .epochs])
    case .factors:
      SweepDesign(
        name: rawValue, title: "Predictive factors, with and without pre-training",
        about: "NeuMF of 8, 16, 32 and 64 factors, the tower growing with them (He et al. 2017, table 2).",
        axes: ["factors", "start"],
        arms: Self.widths.flatMap { factors in
          [
            Arm(["\(factors)", "random"], "--model neumf \(Self.sized(factors))"),
            Arm(["\(factors)", "pre-trained"], "--model neumf --pretrain \(Self.sized(factors))"),
          ]
        }, figures: [.against(axis: 0)])
    case .layers:
      SweepDesign(
        name: rawValue, title: "Hidden layers of the MLP",
        about: "MLP-0 without a hidden layer to MLP-4 with four, of 8 to 64 factors (He et al. 2017, tables 3 and 4).",
        axes: ["factors", "layers"],
        arms: Self.widths.flatMap { factors in
          (0...4).map { hidden in
            Arm(["\(factors)", "MLP-\(hidden)"], "--model mlp --layers \(Self.tower(factors, hidden: hidden))")
          }
        }, figures: [.against(axis: 0)])
    case .negatives:
      SweepDesign(
        name: rawValue, title: "Negatives per positive",
        about: "One to ten negatives, drawn anew in each epoch (He et al. 2017, figure 7).",
        axes: ["negatives"], arms: (1...10).map { Arm(["\($0)"], "--negatives \($0)") },
        figures: [.against(axis: 0)])
    case .topK:
      SweepDesign(
        name: rawValue, title: "Length of the list",
        about: "HR@K and NDCG@K of each model for all K up to --top-k, 10 by default (He et al. 2017, figure 5).",
        axes: ["model"],
        arms: [.popularity(["popularity"])] + Self.families.map { Arm([$0], "--model \($1)") },
        figures: [.lengths])
    case .activations:
      SweepDesign(
        name: rawValue, title: "Activations of the hidden layers",
        about: "ReLU, leaky ReLU, PReLU, ELU and Swish.", axes: ["activation"],
        arms: ["relu", "leaky-relu", "prelu", "elu", "swish"].map { Arm([$0], "--activation \($0)") },
        figures: [.bars, .epochs])
    case .consistency:
      SweepDesign(
        name: rawValue, title: "Consistency and workers",
        about: "bsp, ssp:4 and async with one to eight workers, each seed compared with bsp and one worker.",
        axes: ["consistency", "workers"],
        arms: ["bsp", "ssp:4", "async"].flatMap { mode in
          [1, 2, 4, 8].map { Arm([mode, "\($0)"], "--consistency \(mode) --workers \($0)") }
        }, figures: [.against(axis: 1), .differences, .rate(axis: 1)],
        // What `train` takes for workers that do not wait, for all alike.
        defaults: ["--batch-size", "512", "--learning-rate", "0.0025"], reference: 0)
    case .ratings:
      SweepDesign(
        name: rawValue, title: "Predicted ratings",
        about: "MAE, RMSE and R2 of MF, GMF, MLP and NeuMF on held-out ratings, and what a prediction costs.",
        axes: ["model"], arms: Self.families.map { Arm([$0], "--model \($1) --objective rating") },
        figures: [.bars, .multiplications, .epochs],
        defaults: ["--objective", "rating"])
    case .netflix:
      SweepDesign(
        name: rawValue, title: "Netflix",
        about: """
          MF, GMF, MLP and NeuMF of 16 factors, all with biases, tested on the latest fifth of the data \
          (--split temporal:0.8).
          """,
        axes: ["model"],
        // Where most users have an interaction or two, little but an item's bias is left to rank by.
        arms: Self.families.map { Arm([$0], "--model \($1) --biases") }, figures: [.bars],
        defaults: ["--factors", "16", "--layers", Self.tower(16, hidden: 3), "--top-k", "10"], need: .latestFifth)
    }
  }
}
