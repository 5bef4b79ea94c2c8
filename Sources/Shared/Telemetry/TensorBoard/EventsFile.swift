internal import FoundationEssentials
internal import Glibc
internal import SwiftProtobuf

/// The file events.out.tfevents.*, which TensorBoard shows as curves by epoch.
package struct EventsFile: ~Copyable {
  private let file: OutputFile
  private let topK: Int

  /// What such a file's name begins with.
  package static let prefix = "events.out.tfevents."

  /// Begins a file in the folder `run` that opens with `epochs`. It takes the place of any from before, since
  /// TensorBoard would show both, epochs trained again twice.
  package init(run: String, epochs: [EpochReport], topK: Int) throws(TelemetryError) {
    try TelemetryError.wrapping(run) {
      for name in try FileManager.default.contentsOfDirectory(atPath: run) where name.hasPrefix(Self.prefix) {
        try FileManager.default.removeItem(atPath: "\(run)/\(name)")
      }
    }
    let now = Date.now.timeIntervalSince1970
    let seconds = String(Int(now))
    let name = Self.prefix + String(repeating: "0", count: max(0, 10 - seconds.count)) + seconds + "." + Self.hostName
    let opened = try OutputFile(path: "\(run)/\(name)", .asItWas)
    var header = TensorBoardEvent()
    header.wallTime = now
    header.fileVersion = "brain.Event:2"
    try opened.write(try Self.record(header))
    for epoch in epochs { try opened.write(try Self.record(Self.event(of: epoch, topK: topK, at: now))) }
    file = opened
    self.topK = topK
  }

  /// Adds the epoch's loss, measures and rate, each as a point of its curve.
  package func append(_ epoch: EpochReport) throws(TelemetryError) {
    try file.write(try Self.record(Self.event(of: epoch, topK: topK, at: Date.now.timeIntervalSince1970)))
  }

  private static func event(of epoch: EpochReport, topK: Int, at time: Double) -> TensorBoardEvent {
    var event = TensorBoardEvent()
    event.wallTime = time
    event.step = Int64(epoch.epoch)
    event.summary.value = points(of: epoch, topK: topK).map { tag, value in
      var point = TensorBoardSummary.Value()
      point.tag = tag
      point.simpleValue = Float(value)
      return point
    }
    return event
  }

  private static func points(of epoch: EpochReport, topK: Int) -> [(tag: String, value: Double)] {
    var points: [(tag: String, value: Double)] = [("loss", epoch.loss)]
    if let value = epoch.hitRatio[topK] { points.append(("HR@\(topK)", value)) }
    if let value = epoch.ndcg[topK] { points.append(("NDCG@\(topK)", value)) }
    if let errors = epoch.errors {
      points += [("RMSE", errors.rmse), ("MAE", errors.mae)] + (errors.r2.map { [("R2", $0)] } ?? [])
    }
    points.append(("samples/s", epoch.samplesPerSecond))
    return points
  }

  private static func record(_ event: TensorBoardEvent) throws(TelemetryError) -> [UInt8] {
    RecordLayout.framed(try TelemetryError.wrapping("events.out.tfevents") { try event.serializedBytes() })
  }

  /// The name of this machine, as far as a file name may hold it.
  private static var hostName: String {
    var bytes = [CChar](repeating: 0, count: 65)
    // Safety: gethostname writes at most as many bytes as it is told; the last stays 0.
    let result = unsafe gethostname(&bytes, bytes.count - 1)
    let name = bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    let text = String(decoding: name, as: UTF8.self).filter { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "." }
    return result == 0 && !text.isEmpty ? text : "localhost"
  }
}
