import Telemetry
import Testing

struct ProgressLineTests {
  private let halfway = TrainingProgress(
    epoch: 2, epochs: 4, samplesDone: 500_000, samplesInEpoch: 1_000_000, loss: 0.31254, samplesPerSecond: 1_250_000)

  @Test func allIsShownWhereThereIsRoom() {
    #expect(
      ProgressLine.render(halfway, columns: 79)
        == "epoch 2/4 [========>        ]  50 %  1.25 M samples/s  loss 0.3125  0:02 left")
    #expect(ProgressLine.plain(halfway) == "epoch 2/4   50 %  1.25 M samples/s  loss 0.3125  0:02 left")
  }

  @Test func theEndsOfTheBarAreItsEnds() {
    var progress = halfway
    progress.samplesDone = 0
    #expect(ProgressLine.render(progress, columns: 79).contains("[>                ]"))
    progress.samplesDone = 1_000_000
    #expect(ProgressLine.render(progress, columns: 79).contains("[=================]"))
    progress.samplesDone = 2_000_000
    #expect(ProgressLine.render(progress, columns: 79).contains("100 %"))
  }

  @Test func noLineIsWiderThanItsTerminal() {
    for columns in 0...200 {
      let line = ProgressLine.render(halfway, columns: columns)
      #expect(line.count <= columns)
    }
    #expect(ProgressLine.render(halfway, columns: 40) == "epoch 2/4   50 %  1.25 M samples/s")
  }

  @Test func whatIsNotKnownIsLeftOut() {
    let start = TrainingProgress(
      epoch: 1, epochs: 1, samplesDone: 0, samplesInEpoch: 0, loss: nil, samplesPerSecond: 0)
    #expect(ProgressLine.plain(start) == "epoch 1/1    0 %  0 samples/s")
  }

  @Test func theTimeLeftCountsTheEpochsToCome() {
    #expect(halfway.timeLeft == .seconds(2))
    var last = halfway
    last.epoch = 4
    #expect(last.timeLeft == .milliseconds(400))
  }
}
