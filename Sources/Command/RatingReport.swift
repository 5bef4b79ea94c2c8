import Plan
import Ranking

/// What an evaluation of predicted ratings found, for a person and for a program.
struct RatingReport {
  let model: String
  let data: String
  let scheme: RatingScheme
  let tally: RatingTally
  /// What a search through clusters is worth, where that was asked for.
  let search: SearchReport?

  var text: String {
    let scale = "\(scheme.minimum) to \(scheme.maximum)"
    let rounding = scheme.rounds ? ", rounded to the nearest rating" : ""
    var table = TextTable([
      TextTable.Column(heading: "Measure"), TextTable.Column(heading: "Value", isNumber: true),
    ])
    table.append(["RMSE", OutputText.fixed(tally.rmse, 4)])
    table.append(["MAE", OutputText.fixed(tally.mae, 4)])
    table.append(["R2", tally.r2.map { OutputText.fixed($0, 4) } ?? "-"])
    return """
      Model  \(model)
      Data   \(data): \(OutputText.grouped(Int(tally.cases))) held-out ratings; predicted within \(scale)\(rounding)

      \(table.text)\(search.map { "\n\n\($0.text)" } ?? "")
      """
  }

  /// For `--json`; the measures have the keys of `report.json`.
  var document: Document {
    Document(
      model: model, data: data, cases: Int(tally.cases), rmse: tally.rmse, mae: tally.mae, r2: tally.r2,
      search: search)
  }

  struct Document: Encodable {
    let model: String
    let data: String
    let cases: Int
    let rmse: Double
    let mae: Double
    let r2: Double?
    let search: SearchReport?
  }
}
