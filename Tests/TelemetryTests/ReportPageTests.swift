import Foundation
import Plan
import Telemetry
import TestSupport
import Testing

struct ReportPageTests {
  @Test func itShowsCurvesAndTheNumbersBelow() {
    let html = ReportPage(.sample(epochs: 12)).html
    #expect(html.components(separatedBy: "<svg ").count == 4)
    #expect(html.contains("Best epoch 12: HR@10 0.6833, NDCG@10 0.3417, chosen on the test items."))
    #expect(html.contains("<td class=\"word\">12 *</td><td>0.0417</td><td>0.6833</td>"))
    #expect(html.contains("<code>ab12</code>"))
    for name in ["HR@10", "HR@5", "HR@1", "NDCG@10", "NDCG@5", "NDCG@1", "loss (mean per sample)", ">epoch</text>"] {
      #expect(html.contains(name), "\(name)")
    }
    #expect(!html.contains("http://") && !html.contains("https://"))
  }

  @Test func itShowsTheErrorsOfRatings() {
    let html = ReportPage(.rated(epochs: 6)).html
    #expect(html.components(separatedBy: "<svg ").count == 4)
    #expect(html.contains("Best epoch 4: RMSE 0.9000, MAE 0.7000, R2 0.1000, chosen on the test ratings."))
    #expect(html.contains("<td class=\"word\">4 *</td><td>0.1250</td><td>0.9000</td><td>0.7000</td>"))
    for name in [">RMSE<", ">MAE<", "error (in ratings)", "R2 (share of the variance)"] {
      #expect(html.contains(name), "\(name)")
    }
    #expect(!html.contains("HR@") && !html.contains("NDCG"))
  }

  @Test func itIsWellFormedWhateverTheRun() throws {
    var odd = RunReport(plan: TrainingPlan(), data: ProblemSize(users: 1, items: 1, trainingInteractions: 1))
    odd.append(EpochReport(epoch: 1, loss: .infinity, samples: 0, trainingSeconds: 0))
    odd.append(EpochReport(epoch: 2, loss: 0.5, samples: 0, trainingSeconds: 0))
    for report in [RunReport.sample(epochs: 0), .sample(epochs: 1), .sample(epochs: 200), .rated(epochs: 7), odd] {
      let html = ReportPage(report).html
      #expect(!html.contains("nan") && !html.contains("inf\""))
      for tag in ["svg", "table", "tr", "td", "th", "text", "body", "html", "p", "h2"] {
        let opened = html.components(separatedBy: "<\(tag)>").count + html.components(separatedBy: "<\(tag) ").count
        #expect(opened - 1 == html.components(separatedBy: "</\(tag)>").count, "\(tag)")
      }
    }
  }

  @Test func textCannotBecomeMarkup() {
    #expect(Markup.escaped("<a href=\"x\">&'") == "&lt;a href=&quot;x&quot;&gt;&amp;&#39;")
  }

  @Test func itIsPutInPlaceWhole() throws {
    let scratch = try TemporaryFolder()
    try ReportPage(.sample(epochs: 3)).write(to: scratch.path("report.html"))
    #expect(try scratch.text("report.html").hasSuffix("</html>\n"))
    #expect(try scratch.names == ["report.html"])
  }
}
