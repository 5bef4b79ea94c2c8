import Plan
import Testing
import Wire

/// One end of a conversation whose frames are numbers.
private final class End {
  var ledger: LinkLedger
  var sent = [(header: LinkHeader, number: Int)?](repeating: nil, count: LinkLedger.window)
  var ahead = [Int](repeating: 0, count: LinkLedger.window)
  var handedUp: [Int] = []

  init(life: UInt32, startingAt sequence: UInt32 = 0) {
    ledger = LinkLedger(life: life, startingAt: sequence)
  }

  func send(_ number: Int, at time: Double) -> Packet? {
    guard let (header, slot) = ledger.nextFrame(at: time) else { return nil }
    sent[slot] = (header, number)
    return Packet(header: header, number: number)
  }

  /// What must be sent now.
  func due(at time: Double) throws -> [Packet] {
    var packets: [Packet] = []
    while true {
      switch ledger.duty(at: time) {
      case .nothing: return packets
      case .resend(let slot):
        let frame = try #require(sent[slot], "slot \(slot) is empty")
        packets.append(Packet(header: frame.header, number: frame.number))
      case .acknowledge(let header): packets.append(Packet(header: header, number: 0))
      }
    }
  }

  /// What it answers at once.
  func receive(_ packet: Packet, at time: Double) throws -> Packet? {
    switch try ledger.arrived(packet.header, at: time) {
    case .handUp: handedUp.append(packet.number)
    case .hold(let slot): ahead[slot] = packet.number
    case .passOver: return nil
    case .answer(let header): return Packet(header: header, number: 0)
    }
    while let slot = ledger.takeHeld() { handedUp.append(ahead[slot]) }
    return nil
  }
}

private struct Packet {
  let header: LinkHeader
  let number: Int
}

/// A network that does what a seed says.
private struct Weather {
  var drop = 0.0
  var duplicate = 0.0
  var delay = 0.01
  var jitter = 0.0
}

@Suite struct LinkLedgerTests {
  /// Both ends send so many numbers each, in bursts, until all have arrived; returns both.
  private func talk(
    _ count: Int, _ weather: Weather, seed: UInt64, startingAt sequence: UInt32 = 0, answers: Bool = true
  ) throws -> (End, End, seconds: Double) {
    let stream = RandomStream(seed: seed, .simulation)
    var drawn: UInt64 = 0
    func draw() -> Double {
      drawn += 1
      return stream.uniform(at: drawn)
    }
    let ends = [End(life: 1, startingAt: sequence), End(life: 2, startingAt: sequence)]
    var next = [0, 0]
    var underWay: [(time: Double, to: Int, packet: Packet)] = []
    func launch(_ packet: Packet, from end: Int, at time: Double) {
      for _ in 0..<(draw() <= weather.duplicate ? 2 : 1) where draw() > weather.drop {
        underWay.append((time + weather.delay + weather.jitter * draw(), 1 - end, packet))
      }
    }
    var time = 0.0
    while ends[1].handedUp.count < count || answers && ends[0].handedUp.count < count {
      guard time < 3600 else { break }
      for end in 0..<(answers ? 2 : 1) where next[end] < count && draw() < 0.3 {
        guard let packet = ends[end].send(next[end], at: time) else { continue }
        next[end] += 1
        launch(packet, from: end, at: time)
      }
      for end in 0..<2 {
        for packet in try ends[end].due(at: time) { launch(packet, from: end, at: time) }
      }
      for (_, to, packet) in underWay.filter({ $0.time <= time }).sorted(by: { $0.time < $1.time }) {
        if let answer = try ends[to].receive(packet, at: time) { launch(answer, from: to, at: time) }
      }
      underWay.removeAll { $0.time <= time }
      time += 0.001
    }
    return (ends[0], ends[1], time)
  }

  @Test func quietNetworkNeedsNothingTwice() throws {
    let (left, right, _) = try talk(500, Weather(), seed: 1)
    #expect(left.handedUp == Array(0..<500) && right.handedUp == Array(0..<500))
    #expect(left.ledger.resent == 0 && right.ledger.resent == 0 && right.ledger.duplicates == 0)
  }

  @Test(arguments: 1...40) func everythingArrivesOnceAndInOrder(_ seed: UInt64) throws {
    let weather = Weather(drop: 0.02 * Double(seed % 20), duplicate: 0.2, delay: 0.005, jitter: 0.08)
    let (left, right, _) = try talk(200, weather, seed: seed)
    #expect(left.handedUp == Array(0..<200) && right.handedUp == Array(0..<200))
    #expect(right.ledger.duplicates > 0)
  }

  @Test func numbersGoAround() throws {
    let weather = Weather(drop: 0.1, duplicate: 0.1, jitter: 0.03)
    let (left, right, _) = try talk(200, weather, seed: 3, startingAt: .max - 57)
    #expect(left.handedUp == Array(0..<200) && right.handedUp == Array(0..<200))
  }

  @Test func acknowledgementsTravelAloneWhereNothingElseDoes() throws {
    let (left, right, _) = try talk(200, Weather(drop: 0.1), seed: 4, answers: false)
    #expect(right.handedUp == Array(0..<200) && left.handedUp.isEmpty)
  }

  @Test func windowFillsAndEmpties() throws {
    let left = End(life: 1)
    let right = End(life: 2)
    var packets: [Packet] = []
    for number in 0..<LinkLedger.window { packets.append(try #require(left.send(number, at: 0))) }
    #expect(left.send(99, at: 0) == nil)
    // All but the first arrive, the last of them first.
    for packet in packets.dropFirst().reversed() { #expect(try right.receive(packet, at: 0) == nil) }
    #expect(right.handedUp.isEmpty)
    _ = try right.receive(packets[0], at: 0)
    #expect(right.handedUp == Array(0..<LinkLedger.window))
    for packet in try right.due(at: 1) { _ = try left.receive(packet, at: 1) }
    #expect(left.ledger.openCount == 0 && left.ledger.deadline == .infinity)
    #expect(left.send(99, at: 1) != nil)
  }

  @Test func frameIsSentAgainAfterEverLongerWaitsOfASecondAtMost() throws {
    let left = End(life: 1)
    _ = left.send(1, at: 0)
    var times: [Double] = []
    while times.count < 8 {
      let time = left.ledger.deadline
      #expect(try left.due(at: time).map(\.number) == [1])
      #expect(try left.due(at: time).isEmpty)
      times.append(time)
    }
    let waits = zip(times.dropFirst(), times).map { $0 - $1 }
    #expect(times[0] == 0.25 && waits[0] == 0.5)
    #expect(zip(waits.dropFirst(), waits).allSatisfy { $0 >= $1 } && waits.last == 1)
  }

  @Test func nothingIsDueOfWhoIsLongGone() throws {
    let left = End(life: 1)
    _ = left.send(1, at: 0)
    var count = 0
    while left.ledger.deadline.isFinite, count < 1000 { count += try left.due(at: left.ledger.deadline).count }
    #expect(count > 100 && count < 200)
  }

  // MARK: lives

  /// Two ends that have heard each other.
  private func acquainted() throws -> (End, End) {
    let left = End(life: 1)
    let right = End(life: 2)
    _ = try right.receive(#require(left.send(1, at: 0)), at: 0)
    _ = try left.receive(#require(right.send(2, at: 0)), at: 0)
    return (left, right)
  }

  @Test func newLifeDoesNotTakeWhatWasMeantForTheOld() throws {
    let (left, _) = try acquainted()
    let reborn = End(life: 3)
    let packet = try #require(left.send(5, at: 1))
    let answer = try #require(try reborn.receive(packet, at: 1))
    #expect(answer.header.kind == .stranger && reborn.handedUp.isEmpty)
    #expect(try left.receive(answer, at: 1) == nil)
    #expect(left.ledger.isPeerGone && left.ledger.deadline == .infinity)
    #expect(left.send(6, at: 1) == nil)
  }

  @Test func bothEndsRestartedBeginAnew() throws {
    let (oldLeft, oldRight) = try acquainted()
    let (left, right) = (End(life: 3), End(life: 4))
    let late = [try #require(oldLeft.send(5, at: 1)), try #require(oldRight.send(6, at: 1))]
    let hello = try #require(left.send(7, at: 1))
    #expect(try right.receive(hello, at: 1) == nil)
    #expect(try right.receive(late[0], at: 1)?.header.to == 1)
    #expect(try left.receive(late[1], at: 1)?.header.to == 2)
    _ = try left.receive(#require(right.send(8, at: 1)), at: 1)
    #expect(right.handedUp == [7] && left.handedUp == [8])
    #expect(!left.ledger.isPeerGone && !right.ledger.isPeerGone)
  }

  @Test func conversationThatWasGivenUpIsNotGoneOnWith() throws {
    let (left, _) = try acquainted()
    // The same life, which has forgotten whom it talked to.
    let forgetful = End(life: 2)
    #expect(try forgetful.receive(#require(left.send(5, at: 1)), at: 1)?.header.kind == .stranger)
  }

  @Test func strangersAreNotAnswered() throws {
    let left = End(life: 1)
    let header = LinkHeader(kind: .stranger, from: 9, to: 5, sequence: 0, acknowledged: 0)
    #expect(try left.receive(Packet(header: header, number: 0), at: 0) == nil)
  }

  @Test func acknowledgementOfWhatWasNeverSentIsRefused() throws {
    let (left, right) = try acquainted()
    var packet = try #require(right.send(3, at: 1))
    var header = packet.header
    header.acknowledged = 40
    packet = Packet(header: header, number: 3)
    #expect(throws: WireError.self) { try left.receive(packet, at: 1) }
    // A late one says nothing new.
    header.acknowledged = .max
    #expect(try left.receive(Packet(header: header, number: 3), at: 1) == nil)
  }
}
