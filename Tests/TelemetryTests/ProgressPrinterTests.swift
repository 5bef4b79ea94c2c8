import Foundation
import Telemetry
import Testing

struct ProgressPrinterTests {
  private func progress(_ samples: Int) -> TrainingProgress {
    TrainingProgress(
      epoch: 1, epochs: 1, samplesDone: samples, samplesInEpoch: 100, loss: 0.5, samplesPerSecond: 10)
  }

  /// What `body` made a printer write.
  private func written(isTerminal: Bool, _ body: (inout ProgressPrinter) -> Void) throws -> String {
    let pipe = Pipe()
    var printer = ProgressPrinter(
      descriptor: pipe.fileHandleForWriting.fileDescriptor, topK: 10, isTerminal: isTerminal)
    body(&printer)
    try pipe.fileHandleForWriting.close()
    return String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
  }

  @Test func aPipeGetsALineNowAndThen() throws {
    let start = ContinuousClock.now
    let text = try written(isTerminal: false) { printer in
      for second in 0...12 { printer.show(progress(second), at: start + .seconds(second)) }
      printer.finish(.sample(1), isBest: true)
      printer.say("done")
    }
    let lines = text.split(separator: "\n")
    #expect(lines.count == 5)
    #expect(lines[0].hasPrefix("epoch 1/1    5 %") && lines[1].hasPrefix("epoch 1/1   10 %"))
    #expect(lines[2].hasPrefix("epoch    loss") && lines[3].hasSuffix(" *") && lines[4] == "done")
    #expect(!text.contains("\r"))
  }

  @Test func aTerminalGetsOneLineThatIsDrawnOver() throws {
    let start = ContinuousClock.now
    let text = try written(isTerminal: true) { printer in
      for tick in 0...30 { printer.show(progress(tick), at: start + .milliseconds(tick * 10)) }
      printer.finish(.sample(1), isBest: false)
      printer.finish(.sample(2), isBest: false)
    }
    #expect(text.split(separator: "\n").count == 3)
    #expect(text.split(separator: "\r").count == 4)
    #expect(text.contains("\r\u{1B}[Kepoch    loss"))
    #expect(text.components(separatedBy: "samples/s  seconds").count == 2)
  }

  @Test func aReaderThatHasGoneIsNoError() async {
    await #expect(processExitsWith: .success) {
      let pipe = Pipe()
      try pipe.fileHandleForReading.close()
      var printer = ProgressPrinter(
        descriptor: pipe.fileHandleForWriting.fileDescriptor, topK: 10, isTerminal: false)
      printer.say("nobody reads this")
    }
  }

  @Test func anOutputThatCannotBeWrittenIsNoError() throws {
    let unwritable = try #require(FileHandle(forReadingAtPath: "/dev/null"))
    var printer = ProgressPrinter(descriptor: unwritable.fileDescriptor, topK: 10, isTerminal: false)
    printer.say("nobody reads this")
  }
}
