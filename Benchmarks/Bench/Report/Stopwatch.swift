/// Takes times in turn: machines change their speed from second to second, so that only what runs side by side
/// compares.
struct Stopwatch: Sendable {
  /// How often each side is timed.
  var rounds = 7
  /// How long a side runs each time, at the least.
  var sampleSeconds = 0.008

  /// Times one thing.
  func times(_ body: () -> Void) -> Timings {
    let calls = callsPerSample(body)
    return Timings(seconds: (0..<rounds).map { _ in Self.seconds(calls, body) })
  }

  /// Times three things, one after the other in each round.
  func timesInTurn(_ first: () -> Void, _ second: () -> Void, _ third: () -> Void) -> (Timings, Timings, Timings) {
    let calls = (callsPerSample(first), callsPerSample(second), callsPerSample(third))
    var times: ([Double], [Double], [Double]) = ([], [], [])
    for _ in 0..<rounds {
      times.0.append(Self.seconds(calls.0, first))
      times.1.append(Self.seconds(calls.1, second))
      times.2.append(Self.seconds(calls.2, third))
    }
    return (Timings(seconds: times.0), Timings(seconds: times.1), Timings(seconds: times.2))
  }

  /// How many calls take `sampleSeconds`; the calls that find it out warm the caches.
  private func callsPerSample(_ body: () -> Void) -> Int {
    var calls = 1
    while true {
      let seconds = Self.seconds(calls, body) * Double(calls)
      if seconds >= sampleSeconds { return calls }
      let wanted = Double(calls) * sampleSeconds / max(seconds, 1e-9)
      calls = max(calls + 1, min(calls * 16, Int(wanted * 1.1)))
    }
  }

  /// Seconds per call.
  private static func seconds(_ calls: Int, _ body: () -> Void) -> Double {
    let began = ContinuousClock.now
    for _ in 0..<calls { body() }
    return (ContinuousClock.now - began).inSeconds / Double(calls)
  }
}

extension Duration {
  var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
