import Plan
import Telemetry
import Testing

struct EpochTableTests {
  @Test func columnsStandUnderTheirNames() {
    let table = EpochTable(topK: 10)
    #expect(
      [
        table.header, table.row(of: .sample(1), isBest: true), table.row(of: .sample(12), isBest: false),
        table.row(of: EpochReport(epoch: 100, loss: .nan, samples: 10, trainingSeconds: 0), isBest: false),
      ] == [
        "epoch    loss   HR@10  NDCG@10  samples/s  seconds",
        "    1  0.5000  0.5000   0.2500     1.42 M     3.75 *",
        "   12  0.0417  0.6833   0.3417     1.42 M     3.75",
        "  100       -       -        -          0     0.00",
      ])
  }

  @Test func ratingsHaveColumnsOfTheirOwn() {
    let table = EpochTable(topK: 10, objective: .rating)
    #expect(
      [
        table.header, table.row(of: .rated(4), isBest: true),
        table.row(of: EpochReport(epoch: 5, loss: 1, samples: 10, trainingSeconds: 0), isBest: false),
      ] == [
        "epoch    loss     RMSE      MAE       R2  samples/s  seconds",
        "    4  0.1250   0.9000   0.7000   0.1000      800 k     0.11 *",
        "    5  1.0000        -        -        -          0     0.00",
      ])
  }

  @Test func aLongerCutWidensItsColumns() {
    let table = EpochTable(topK: 1000)
    #expect(table.header.contains(" HR@1000  NDCG@1000 "))
    #expect(table.header.count == table.row(of: .sample(1), isBest: false).count)
  }
}
