/// The line that shows a training under way.
package enum ProgressLine {
  /// At most `columns` wide; where that is too narrow the bar goes first, then what stands last.
  package static func render(_ progress: TrainingProgress, columns: Int) -> String {
    let all = parts(of: progress)
    let head = "epoch \(progress.epoch)/\(progress.epochs)"
    let free = columns - head.count - all.reduce(0) { $0 + $1.count + 2 } - 4
    if free >= 8 {
      return head + " [" + bar(progress.fraction, width: min(free, 40)) + "] " + all.joined(separator: "  ")
    }
    var line = String(head.prefix(max(0, columns)))
    for part in all where line.count + 2 + part.count <= columns { line += "  " + part }
    return line
  }

  /// The line for logs and pipes, where nothing is drawn over.
  package static func plain(_ progress: TrainingProgress) -> String {
    (["epoch \(progress.epoch)/\(progress.epochs)"] + parts(of: progress)).joined(separator: "  ")
  }

  private static func parts(of progress: TrainingProgress) -> [String] {
    var parts = [Figures.rightAligned(Figures.fixed((progress.fraction * 100).rounded(.down), 0), 3) + " %"]
    parts.append(Figures.rate(progress.samplesPerSecond) + " samples/s")
    if let loss = progress.loss { parts.append("loss " + Figures.fixed(loss, 4)) }
    if let left = progress.timeLeft { parts.append(Figures.clock(left) + " left") }
    return parts
  }

  private static func bar(_ fraction: Double, width: Int) -> String {
    let filled = Int((fraction * Double(width)).rounded(.down))
    if filled == width { return String(repeating: "=", count: width) }
    return String(repeating: "=", count: filled) + ">" + String(repeating: " ", count: width - filled - 1)
  }
}
