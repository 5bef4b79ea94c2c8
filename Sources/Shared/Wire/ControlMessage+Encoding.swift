import Plan

extension ControlMessage {
  /// The message as a whole frame.
  package func encoded() -> [UInt8] {
    var out = ByteSink()
    switch self {
    case .hello(let hello):
      out.begin(1)
      out.number(hello.role.rawValue)
      out.number(hello.process)
      out.number(hello.place)
      out.number(hello.incarnation)
      out.text(hello.endpoint)
      out.text(hello.dataFingerprint)
    case .ready: out.begin(2)
    case .progress(let progress):
      out.begin(3)
      out.progress(progress)
    case .epochFinished(let progress, let positions):
      out.begin(4)
      out.progress(progress)
      out.positions(positions)
    case .paused(let progress, let positions):
      out.begin(5)
      out.progress(progress)
      out.positions(positions)
    case .evaluated(let ranks):
      out.begin(6)
      out.numbers(ranks.counts)
      out.number(ranks.cases)
    case .farewell(let account):
      out.begin(7)
      out.account(account)
    case .failed(let exitCode, let reason):
      out.begin(8)
      out.number(exitCode)
      out.text(reason)
    case .welcome(let welcome):
      out.begin(9)
      out.welcome(welcome)
    case .connect(let endpoints):
      out.begin(10)
      out.number(UInt32(endpoints.count))
      for endpoint in endpoints { out.text(endpoint) }
    case .train(let epoch, let step, let until, let positions):
      out.begin(11)
      out.number(epoch.rawValue)
      out.number(step.rawValue)
      out.number(until.rawValue)
      out.positions(positions)
    case .pause: out.begin(12)
    case .evaluate(let target):
      out.begin(13)
      out.number(target.rawValue)
    case .finish: out.begin(14)
    case .abort(let reason):
      out.begin(15)
      out.text(reason)
    case .alive: out.begin(16)
    case .settle(let endedEpoch):
      out.begin(17)
      out.number(endedEpoch.rawValue)
    case .settled: out.begin(18)
    case .measured(let errors):
      out.begin(19)
      out.errors(errors)
    case .regroup(let reason):
      out.begin(20)
      out.text(reason)
    case .askStatus: out.begin(21)
    case .status(let json):
      out.begin(22)
      out.block(json)
    case .arranged: out.begin(23)
    case .replaceServer(let server, let endpoint):
      out.begin(24)
      out.number(server.rawValue)
      out.text(endpoint)
    case .follow(let endpoint):
      out.begin(25)
      out.text(endpoint)
    case .goAlone: out.begin(26)
    case .takeOver: out.begin(27)
    case .leaderGone: out.begin(28)
    }
    return out.bytes
  }
}

/// A frame that grows; for messages whose size nobody needs to know beforehand.
private struct ByteSink {
  var bytes: [UInt8] = []

  mutating func begin(_ kind: UInt8) {
    bytes.reserveCapacity(128)
    number(FrameMark.magic)
    number(FrameKind.control.rawValue)
    number(UInt8(0))
    number(UInt16(0))
    number(kind)
  }

  mutating func number(_ value: some FixedWidthInteger) {
    var rest = value.littleEndian
    for _ in 0..<(rest.bitWidth / 8) {
      bytes.append(UInt8(truncatingIfNeeded: rest))
      rest = rest.bitWidth > 8 ? rest >> 8 : 0
    }
  }

  mutating func numbers(_ values: [UInt64]) {
    number(UInt32(values.count))
    for value in values { number(value) }
  }

  mutating func text(_ value: String) {
    number(UInt32(value.utf8.count))
    bytes.append(contentsOf: value.utf8)
  }

  mutating func block(_ value: [UInt8]) {
    number(UInt32(value.count))
    bytes.append(contentsOf: value)
  }

  mutating func progress(_ value: Progress) {
    number(value.epoch.rawValue)
    number(value.step.rawValue)
    number(value.samples)
    number(value.loss)
    number(value.optimizerStep)
  }

  mutating func positions(_ values: [ShardPosition]) {
    number(UInt32(values.count))
    for value in values {
      number(value.shard.rawValue)
      number(value.position)
    }
  }

  mutating func errors(_ value: RatingErrors) {
    number(value.minimum.bitPattern)
    number(value.width.bitPattern)
    number(value.cases)
    number(value.absolute)
    number(value.squared)
    number(value.ratings)
    number(value.ratingSquares)
  }

  mutating func account(_ value: Account) {
    number(value.cpuSeconds.bitPattern)
    number(value.peakResidentBytes)
    number(value.bytesSent)
    number(value.bytesReceived)
    number(value.updates)
    number(value.duplicates)
    number(value.resent)
    number(value.repeated)
    numbers(value.staleness)
  }

  mutating func welcome(_ value: Welcome) {
    number(value.job.rawValue)
    number(value.membership.rawValue)
    number(value.index)
    number(value.workers)
    number(value.servers)
    number(UInt64(value.size.users))
    number(UInt64(value.size.items))
    number(UInt64(value.size.trainingInteractions))
    number(UInt64(value.size.coldItems))
    number(UInt64(value.size.features))
    number(UInt8(value.restores ? 1 : 0))
    number(UInt8(value.isBackup ? 1 : 0))
    block(value.plan)
  }
}
