import Plan

extension ControlMessage {
  // Limit: a path or an address; a page of text; a plan and a status with room to spare; ranks and staleness of a
  // thousand; servers.
  private static let endpointLimit = 1024
  private static let reasonLimit = 65_536
  private static let planLimit = 1 << 20
  private static let statusLimit = 1 << 20
  private static let histogramLimit = 1 << 16
  private static let serverLimit = 1024

  /// Reads a message whose mark has been read.
  package init(from reader: inout FrameReader) throws(WireError) {
    let kind: UInt8 = try reader.number("message kind")
    switch kind {
    case 1:
      let role: UInt8 = try reader.number("role")
      guard let role = Hello.Role(rawValue: role) else { throw WireError("role", "\(role) is unknown") }
      self = .hello(
        Hello(
          role: role, process: try reader.number("process"), place: try reader.number("place"),
          incarnation: try reader.number("incarnation"),
          endpoint: try reader.text("endpoint", atMost: Self.endpointLimit),
          dataFingerprint: try reader.text("data fingerprint", atMost: Self.endpointLimit)))
    case 2: self = .ready
    case 3: self = .progress(try Progress(from: &reader))
    case 4: self = .epochFinished(try Progress(from: &reader), positions: try Self.positions(from: &reader))
    case 5: self = .paused(try Progress(from: &reader), positions: try Self.positions(from: &reader))
    case 6:
      self = .evaluated(try Self.ranks(from: &reader))
    case 7: self = .farewell(try Self.account(from: &reader))
    case 8:
      self = .failed(
        exitCode: try reader.number("exit code"), reason: try reader.text("reason", atMost: Self.reasonLimit))
    case 9: self = .welcome(try Self.welcome(from: &reader))
    case 10:
      let count = try reader.count("servers", atMost: Self.serverLimit)
      var endpoints: [String] = []
      for _ in 0..<count { endpoints.append(try reader.text("endpoint", atMost: Self.endpointLimit)) }
      self = .connect(serverEndpoints: endpoints)
    case 11:
      self = .train(
        epoch: Epoch(rawValue: try reader.number("epoch")), step: Step(rawValue: try reader.number("step")),
        until: Step(rawValue: try reader.number("last step")), positions: try Self.positions(from: &reader))
    case 12: self = .pause
    case 13:
      let target: UInt8 = try reader.number("evaluation target")
      guard let target = EvaluationTarget(rawValue: target) else {
        throw WireError("evaluation target", "\(target) is unknown")
      }
      self = .evaluate(target)
    case 14: self = .finish
    case 15: self = .abort(reason: try reader.text("reason", atMost: Self.reasonLimit))
    case 16: self = .alive
    case 17: self = .settle(endedEpoch: Epoch(rawValue: try reader.number("ended epoch")))
    case 18: self = .settled
    case 19: self = .measured(try Self.errors(from: &reader))
    case 20: self = .regroup(reason: try reader.text("reason", atMost: Self.reasonLimit))
    case 21: self = .askStatus
    case 22: self = .status(try reader.byteArray("status", atMost: Self.statusLimit))
    case 23: self = .arranged
    case 24:
      self = .replaceServer(
        ServerID(rawValue: try reader.number("server")),
        endpoint: try reader.text("endpoint", atMost: Self.endpointLimit))
    case 25: self = .follow(serverEndpoint: try reader.text("endpoint", atMost: Self.endpointLimit))
    case 26: self = .goAlone
    case 27: self = .takeOver
    case 28: self = .leaderGone
    default: throw WireError("message kind", "\(kind) is unknown")
    }
    try reader.finish()
  }

  private static func numbers(from reader: inout FrameReader, atMost limit: Int) throws(WireError) -> [UInt64] {
    let count = try reader.count("counts", atMost: limit)
    var values: [UInt64] = []
    for _ in 0..<count { values.append(try reader.total("count")) }
    return values
  }

  private static func ranks(from reader: inout FrameReader) throws(WireError) -> RankCounts {
    let counts = try numbers(from: &reader, atMost: histogramLimit)
    let ranks = RankCounts(counts: counts, cases: try reader.total("cases"))
    var ranked: UInt64 = 0
    for count in counts {
      guard count <= ranks.cases - ranked else {
        throw WireError("counts", "are of more than the \(ranks.cases) cases")
      }
      ranked += count
    }
    return ranks
  }

  private static func positions(from reader: inout FrameReader) throws(WireError) -> [ShardPosition] {
    let count = try reader.count("positions", atMost: TrainingPlan.shardLimit)
    var values: [ShardPosition] = []
    for _ in 0..<count {
      values.append(
        ShardPosition(shard: ShardID(rawValue: try reader.number("shard")), position: try reader.number("position")))
    }
    return values
  }

  private static func errors(from reader: inout FrameReader) throws(WireError) -> RatingErrors {
    let errors = RatingErrors(
      minimum: try reader.float64("lowest rating"), width: try reader.float64("width of the scale"),
      cases: try reader.number("cases"), absolute: try reader.number("absolute errors"),
      squared: try reader.number("squared errors"), ratings: try reader.number("ratings"),
      ratingSquares: try reader.number("squared ratings"))
    guard errors.minimum.isFinite, errors.width.isFinite, errors.width > 0 else {
      throw WireError("width of the scale", "is \(errors.width) from \(errors.minimum) on")
    }
    return errors
  }

  private static func account(from reader: inout FrameReader) throws(WireError) -> Account {
    var account = Account(
      cpuSeconds: try reader.float64("CPU seconds"), peakResidentBytes: try reader.total("resident bytes"),
      bytesSent: try reader.total("bytes sent"), bytesReceived: try reader.total("bytes received"),
      updates: try reader.total("updates"), duplicates: try reader.total("duplicates"),
      resent: try reader.total("frames sent again"), repeated: try reader.total("frames that came again"))
    account.staleness = try numbers(from: &reader, atMost: histogramLimit)
    guard account.cpuSeconds.isFinite, account.cpuSeconds >= 0 else {
      throw WireError("CPU seconds", "are \(account.cpuSeconds)")
    }
    return account
  }

  private static func welcome(from reader: inout FrameReader) throws(WireError) -> Welcome {
    let job = JobID(rawValue: try reader.number("job"))
    let membership = MembershipEpoch(rawValue: try reader.number("membership epoch"))
    let index: UInt16 = try reader.number("index")
    let workers: UInt16 = try reader.number("workers")
    let servers: UInt16 = try reader.number("servers")
    let users: UInt64 = try reader.number("users")
    let items: UInt64 = try reader.number("items")
    let interactions: UInt64 = try reader.number("interactions")
    let coldItems: UInt64 = try reader.number("cold items")
    let features: UInt64 = try reader.number("features")
    guard users <= UInt32.max, items <= UInt32.max, interactions <= ProblemSize.interactionLimit, workers > 0,
      servers > 0
    else {
      throw WireError("problem size", "is \(users) users, \(items) items, \(workers) workers, \(servers) servers")
    }
    guard coldItems <= items, features <= UInt64(UInt32.max) - items else {
      throw WireError("problem size", "is \(coldItems) cold of \(items) items, and \(features) features")
    }
    let restores: UInt8 = try reader.number("restores")
    guard restores < 2 else { throw WireError("restores", "is \(restores)") }
    let isBackup: UInt8 = try reader.number("backup")
    guard isBackup < 2 else { throw WireError("backup", "is \(isBackup)") }
    return Welcome(
      job: job, membership: membership, index: index, workers: workers, servers: servers,
      size: ProblemSize(
        users: Int(users), items: Int(items), trainingInteractions: Int(interactions), coldItems: Int(coldItems),
        features: Int(features)),
      restores: restores == 1, isBackup: isBackup == 1, plan: try reader.byteArray("plan", atMost: planLimit))
  }
}

extension Progress {
  init(from reader: inout FrameReader) throws(WireError) {
    self.init(
      epoch: Epoch(rawValue: try reader.number("epoch")), step: Step(rawValue: try reader.number("step")),
      samples: try reader.total("samples"), loss: try reader.number("loss"),
      optimizerStep: try reader.number("optimizer step"))
  }
}
