import Ranking

/// What an evaluation found, for a person and for a program.
struct EvaluationReport {
  let model: String
  let data: String
  let cases: Int
  let negatives: Int
  let sampled: RankTally
  let full: RankTally?
  /// What a search through clusters is worth, where that was asked for.
  let search: SearchReport?

  var text: String {
    var columns = [TextTable.Column(heading: "K", isNumber: true)]
    for heading in ["HR@K", "NDCG@K"] { columns.append(TextTable.Column(heading: heading, isNumber: true)) }
    if full != nil {
      for heading in ["full HR@K", "full NDCG@K"] { columns.append(TextTable.Column(heading: heading, isNumber: true)) }
    }
    var table = TextTable(columns)
    for length in 1...sampled.topK {
      var cells = [String(length)]
      for tally in [sampled, full].compactMap(\.self) {
        cells += [OutputText.fixed(tally.hitRatio(at: length), 4), OutputText.fixed(tally.ndcg(at: length), 4)]
      }
      table.append(cells)
    }
    let rivals =
      "\(OutputText.grouped(negatives)) sampled negatives" + (full == nil ? "" : "; full: among the whole catalogue")
    return """
      Model  \(model)
      Data   \(data): \(OutputText.grouped(cases)) held-out items, each among \(rivals)

      \(table.text)\(search.map { "\n\n\($0.text)" } ?? "")
      """
  }

  /// For `--json`; the measures have the keys of `report.json`.
  var document: Document {
    Document(
      model: model, data: data, cases: cases, negatives: negatives, sampled: Measures(sampled),
      full: full.map(Measures.init), search: search)
  }

  struct Document: Encodable {
    let model: String
    let data: String
    let cases: Int
    let negatives: Int
    let sampled: Measures
    let full: Measures?
    let search: SearchReport?
  }

  /// By list length.
  struct Measures: Encodable {
    let hitRatio: [String: Double]
    let ndcg: [String: Double]

    init(_ tally: RankTally) {
      let lengths = 1...tally.topK
      hitRatio = Dictionary(uniqueKeysWithValues: lengths.map { (String($0), tally.hitRatio(at: $0)) })
      ndcg = Dictionary(uniqueKeysWithValues: lengths.map { (String($0), tally.ndcg(at: $0)) })
    }
  }
}
