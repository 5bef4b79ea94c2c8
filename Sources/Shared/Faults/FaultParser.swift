/// Reads a fault plan, statement by statement.
struct FaultParser {
  private let tokens: [FaultToken]
  private var offset = 0
  private var result = FaultPlan()

  init(_ text: String) throws(FaultPlanError) {
    var lexer = FaultLexer(text)
    tokens = try lexer.tokens()
  }

  mutating func plan() throws(FaultPlanError) -> FaultPlan {
    while offset < tokens.count {
      if current.kind == .end {
        offset += 1
        continue
      }
      try statement()
      guard current.kind == .end else {
        throw wrong("is not expected here", hint: "a statement ends with its line or with a semicolon")
      }
    }
    return result
  }

  private static let statements =
    "seed, drop, duplicate, delay, reorder, partition, kill, pause, restart, slow disk, full disk or torn write"

  private mutating func statement() throws(FaultPlanError) {
    let start = offset
    guard case .word(let verb) = current.kind else {
      throw wrong("begins no statement", hint: "one of \(Self.statements)")
    }
    offset += 1
    switch verb {
    case "seed": try readSeed()
    case "drop": try readLinkFault(.drop(try share()), from: start)
    case "duplicate": try readLinkFault(.duplicate(try share()), from: start)
    case "delay":
      let seconds = try duration()
      try readLinkFault(.delay(seconds: seconds, jitter: takes(.plusMinus) ? try duration() : 0), from: start)
    case "reorder":
      let part = try share()
      try readLinkFault(.reorder(part, seconds: takes("by") ? try duration() : 0.02), from: start)
    case "partition": try readPartition(from: start)
    case "kill", "pause", "restart": try readProcessFault(verb, from: start)
    case "slow":
      try expect("disk", hint: "slow disk 50 ms")
      _ = takes("by")
      try readDiskFault(.slow(seconds: try duration()), from: start)
    case "full":
      try expect("disk", hint: "full disk at step 200 for 3 s")
      try readDiskFault(.full, from: start)
    case "torn":
      try expect("write", hint: "torn write at step 200")
      try readDiskFault(.torn, from: start)
    default:
      offset = start
      throw wrong("begins no statement", hint: "one of \(Self.statements)")
    }
  }

  // MARK: statements

  private mutating func readSeed() throws(FaultPlanError) {
    result.seed = UInt64(try wholeNumber("a seed", hint: "such as seed 7"))
  }

  private mutating func readLinkFault(_ action: LinkFault.Action, from start: Int) throws(FaultPlanError) {
    let link = takes("on") ? try linkPattern() : LinkPattern()
    try append(action, link, from: start)
  }

  private mutating func readPartition(from start: Int) throws(FaultPlanError) {
    let verb = tokens[start]
    try append(.partition, try linkPattern(), from: start)
    guard result.linkFaults.last?.duration == nil else { return }
    throw FaultPlanError(
      verb.place, "a partition that never ends cannot be survived",
      hint: "say how long: partition worker 0 - server for 3 s at step 200")
  }

  private mutating func append(
    _ action: LinkFault.Action, _ link: LinkPattern, from start: Int
  ) throws(FaultPlanError) {
    let span = try span()
    result.linkFaults.append(
      LinkFault(
        action: action, link: link, trigger: span.trigger, duration: span.duration, text: text(from: start),
        place: tokens[start].place))
  }

  private mutating func readProcessFault(_ verb: String, from start: Int) throws(FaultPlanError) {
    let target = try victims()
    let span = try span()
    guard let trigger = span.trigger else {
      throw wrong("comes where a moment is missing", hint: "\(verb) any worker at step 200, at 10 s, or every 5 s")
    }
    let action: ProcessFault.Action
    switch (verb, span.duration) {
    case ("kill", let duration): action = .kill(awaySeconds: duration ?? 0)
    case ("pause", let duration?): action = .pause(seconds: duration)
    case ("pause", nil):
      throw wrong("comes where a duration is missing", hint: "pause worker 0 for 3 s at step 200")
    case (_, nil): action = .restart
    default:
      throw FaultPlanError(
        tokens[start].place, "a restart has no duration", hint: "kill … for 3 s keeps a process away")
    }
    result.processFaults.append(
      ProcessFault(
        action: action, target: target, trigger: trigger, text: text(from: start), place: tokens[start].place))
  }

  private mutating func readDiskFault(_ action: DiskFault.Action, from start: Int) throws(FaultPlanError) {
    let span = try span()
    result.diskFaults.append(
      DiskFault(
        action: action, trigger: span.trigger, duration: span.duration, text: text(from: start),
        place: tokens[start].place))
  }

  // MARK: parts

  private mutating func linkPattern() throws(FaultPlanError) -> LinkPattern {
    let from = try endPattern()
    let isOneWay = takes(.arrow)
    guard isOneWay || takes(.dash) else {
      throw wrong("comes where a link's other end is missing", hint: "worker 0 - server; one way: worker 0 -> server")
    }
    return LinkPattern(from, try endPattern(), isOneWay: isOneWay)
  }

  /// `any`, `worker`, `worker 0`, `any worker`.
  private mutating func endPattern() throws(FaultPlanError) -> NodePattern {
    if takes("any") { return NodePattern(role()) }
    guard let role = role() else {
      throw wrong("is no end of a link", hint: "worker, server, coordinator or any, with a number for one of them")
    }
    return NodePattern(role, try index(of: role))
  }

  /// `any`, `any worker`, `worker 0`, `coordinator`.
  private mutating func victims() throws(FaultPlanError) -> NodePattern {
    if takes("any") { return NodePattern(role()) }
    guard let role = role() else {
      throw wrong("is no process", hint: "worker 0, server 0, coordinator, any worker, or any")
    }
    let index = try index(of: role)
    guard role == .coordinator || index != nil else {
      throw wrong("comes where a number is missing", hint: "\(role) 0, or any \(role)")
    }
    return NodePattern(role, index)
  }

  private mutating func role() -> FaultRole? {
    guard case .word(let name) = current.kind, let role = FaultRole.allCases.first(where: { $0.description == name })
    else { return nil }
    offset += 1
    return role
  }

  private mutating func index(of role: FaultRole) throws(FaultPlanError) -> Int? {
    guard case .number = current.kind, role != .coordinator else { return nil }
    return try wholeNumber("a number of a process", hint: "they are counted from 0")
  }

  /// `at step 200`, `at 10 s`, `every 5 s`, `every 100 steps`, `for 3 s`, `with 30%`, `4 times`, in any order.
  private mutating func span() throws(FaultPlanError) -> (trigger: FaultTrigger?, duration: Double?) {
    var moment: FaultTrigger.Moment?
    var duration: Double?
    var probability: Double?
    var times: Int?
    while current.kind != .end {
      let part = current
      var isSecond = false
      if takes("at") {
        isSecond = moment != nil
        moment =
          takes("step")
          ? .atStep(UInt64(try wholeNumber("a step", hint: "at step 200")))
          : .atTime(
            try self.duration())
      } else if takes("every") {
        isSecond = moment != nil
        moment = try period()
      } else if takes("for") {
        isSecond = duration != nil
        duration = try self.duration()
      } else if takes("with") {
        isSecond = probability != nil
        probability = try share()
      } else if case .number = part.kind {
        isSecond = times != nil
        times = try wholeNumber("how often", hint: "4 times")
        if !takes("time") { try expect("times", hint: "4 times") }
      } else {
        throw wrong("is not expected here", hint: "at step 200, at 10 s, every 5 s, for 3 s, with 30%, or 4 times")
      }
      if isSecond { throw FaultPlanError(part.place, "\(part.text) is said twice", hint: "once per statement") }
      if moment == nil, probability != nil || times != nil {
        throw FaultPlanError(part.place, "\(part.text) needs a moment before it", hint: "every 5 s with 30%")
      }
    }
    let trigger = moment.map { FaultTrigger($0, probability: probability ?? 1, times: times) }
    return (trigger, duration)
  }

  private mutating func period() throws(FaultPlanError) -> FaultTrigger.Moment {
    if offset + 1 < tokens.count, case .word("steps") = tokens[offset + 1].kind {
      let place = current.place
      let steps = try wholeNumber("steps", hint: "every 100 steps")
      offset += 1
      guard steps > 0 else { throw FaultPlanError(place, "every 0 steps is always", hint: "every 100 steps") }
      return .everySteps(UInt64(steps))
    }
    let place = current.place
    let seconds = try duration()
    guard seconds >= 0.001 else { throw FaultPlanError(place, "that is too often", hint: "at most every ms") }
    return .everySeconds(seconds)
  }

  // MARK: numbers

  private mutating func share() throws(FaultPlanError) -> Double {
    guard case .number(let value) = current.kind else { throw wrong("is no share", hint: "such as 10%") }
    guard value <= 100 else { throw wrong("% is more than all", hint: "0% to 100%") }
    offset += 1
    guard takes(.percent) else { throw wrong("comes where % is missing", hint: "such as 10%") }
    return value / 100
  }

  private mutating func duration() throws(FaultPlanError) -> Double {
    guard case .number(let value) = current.kind else { throw wrong("is no time", hint: "such as 20 ms, 3 s or 2 min") }
    offset += 1
    if takes("ms") { return value / 1000 }
    if takes("s") { return value }
    if takes("min") { return value * 60 }
    throw wrong("is no unit of time", hint: "ms, s or min")
  }

  // Limit: what a double counts exactly.
  private static let wholeLimit = 0x1p53

  private mutating func wholeNumber(_ what: String, hint: String) throws(FaultPlanError) -> Int {
    guard case .number(let value) = current.kind, value == value.rounded(), value < Self.wholeLimit else {
      throw wrong("is not \(what)", hint: hint)
    }
    offset += 1
    return Int(value)
  }

  // MARK: words

  private var current: FaultToken { tokens[min(offset, tokens.count - 1)] }

  private mutating func takes(_ word: String) -> Bool {
    guard case .word(word) = current.kind else { return false }
    offset += 1
    return true
  }

  private mutating func takes(_ kind: FaultToken.Kind) -> Bool {
    guard current.kind == kind else { return false }
    offset += 1
    return true
  }

  private mutating func expect(_ word: String, hint: String) throws(FaultPlanError) {
    guard takes(word) else { throw wrong("comes where \(word) is expected", hint: hint) }
  }

  private func wrong(_ problem: String, hint: String) -> FaultPlanError {
    FaultPlanError(current.place, "\(current.text) \(problem)", hint: hint)
  }

  /// The statement's words as they were written.
  private func text(from start: Int) -> String {
    var text = ""
    for token in tokens[start..<offset] {
      if !text.isEmpty, token.kind != .percent { text += " " }
      text += token.text
    }
    return text
  }
}
