import Plan
package import Wire

extension JobCoordinator {
  /// A process presents itself; it gets the next free place of its role, waits for one, or is sent away.
  package mutating func memberArrived(
    _ hello: Hello, at time: Double, directives: inout [CoordinatorDirective]
  ) -> Arrival {
    if hello.role == .worker, hello.dataFingerprint != dataFingerprint {
      let found = "its prepared data is \(hello.dataFingerprint), the coordinator's is \(dataFingerprint)"
      return .refused(reason: "\(found); prepare once, and copy the folder")
    }
    let places = hello.role == .worker ? workers : servers + backups
    guard phase == .gathering, let member = freePlace(in: places, near: hello.place) else {
      return newcomer(hello, places, at: time, directives: &directives)
    }
    endpoints[member] = hello.endpoint
    processes[member] = hello.process
    lastHeard[member] = time
    directives.append(.send(member, .welcome(welcome(for: member))))
    if seatedBackups.count >= awaitedBackups { everyoneMayHaveArrived(at: time, directives: &directives) }
    return .seated(member)
  }

  /// The place that a newcomer would like, or the first that is free; places are numbered as they come here. After a
  /// loss nobody follows a server that is not there.
  private func freePlace(in places: [Member], near place: UInt16) -> Member? {
    let liked = Int(place) < places.count ? places[Int(place)] : nil
    if let liked, endpoints[liked] == nil, liked.role != .backup || membership.rawValue == 1 { return liked }
    return places.first { endpoints[$0] == nil }
  }

  /// Someone comes when every place is taken, or the work has begun.
  private mutating func newcomer(
    _ hello: Hello, _ places: [Member], at time: Double, directives: inout [CoordinatorDirective]
  ) -> Arrival {
    let isWorker = hello.role == .worker
    if phase != .finishing, phase != .over {
      let count = isWorker ? cluster.workers : cluster.servers
      if count < (isWorker ? plan.cluster.workers : plan.cluster.servers) {
        return grow(by: hello.role, at: time, directives: &directives)
      }
      if !isWorker, seatedBackups.count < backups.count {
        // A server does without until the next cut, for which nobody stops.
        joining = joining ?? .server
        return .waits(reason: "it becomes a backup after the next checkpoint")
      }
    }
    if waitingSince.count >= Self.waitingLimit { waitingSince = [:] }
    let since = waitingSince[hello.incarnation] ?? time
    waitingSince[hello.incarnation] = since
    // Its place may be that of a process that died after its last word.
    guard places.allSatisfy({ (lastHeard[$0] ?? 0) > since }) else {
      return .waits(reason: "someone whose place it could take may be lost")
    }
    return .refused(reason: "the job has all \(places.count) of its \(isWorker ? "workers" : "servers")")
  }

  /// Makes a place for a newcomer, after a cut if the training is under way, so that nothing is computed twice.
  private mutating func grow(
    by role: Hello.Role, at time: Double, directives: inout [CoordinatorDirective]
  ) -> Arrival {
    switch phase {
    case .gathering, .preparing:
      join(role, at: time, directives: &directives)
      return .waits(reason: "the others come back first")
    case .training:
      // Where the disk takes no checkpoint, that of the first newcomer is still to come.
      guard joining == nil else { break }
      joining = role
      pause(at: time, directives: &directives)
    case .pausing, .settling, .evaluating, .writingCheckpoint, .finishing, .over: break
    }
    return .waits(reason: "the others write a checkpoint first")
  }

  /// Gathers the members anew, with one place more.
  mutating func join(_ role: Hello.Role, at time: Double, directives: inout [CoordinatorDirective]) {
    switch role {
    case .worker:
      cluster.workers += 1
      gatherAnew("a worker joins", at: time, directives: &directives)
    case .server:
      let isBackup = cluster.servers == plan.cluster.servers
      if !isBackup { cluster.servers += 1 }
      gatherAnew("a \(isBackup ? "backup" : "server") joins", serverProcesses: 1, at: time, directives: &directives)
    }
  }

  private func welcome(for member: Member) -> Welcome {
    Welcome(
      job: job, membership: membership, index: UInt16(member.index), workers: UInt16(cluster.workers),
      servers: UInt16(cluster.servers), size: size, restores: restores, isBackup: member.role == .backup,
      plan: planBytes)
  }

  /// Goes on when all are there, but for backups.
  mutating func everyoneMayHaveArrived(at time: Double, directives: inout [CoordinatorDirective]) {
    guard members.allSatisfy({ endpoints[$0] != nil }) else { return }
    enter(.preparing, at: time)
    serversMayBeReady(directives: &directives)
  }

  /// A member is ready: first the servers, some of them before the last member has come; then the workers; then the
  /// training begins.
  mutating func memberReady(_ member: Member, at time: Double, directives: inout [CoordinatorDirective]) {
    ready.insert(member)
    guard phase == .preparing else { return }
    switch member.role {
    case .server, .backup: serversMayBeReady(directives: &directives)
    case .worker:
      guard workers.allSatisfy(ready.contains) else { return }
      // Nothing is trained yet that a cut would save.
      cutAt = time
      beginEpoch(at: time, directives: &directives)
    }
  }

  private mutating func serversMayBeReady(directives: inout [CoordinatorDirective]) {
    let followed = seatedBackups
    guard (servers + followed).allSatisfy(ready.contains) else { return }
    guard !followed.isEmpty else { return serversMayBeFilled(directives: &directives) }
    for backup in followed {
      let server = Member(role: .server, index: backup.index)
      unfollowed.insert(server)
      directives.append(.send(backup, .follow(serverEndpoint: endpoints[server] ?? "")))
    }
  }

  /// Every backup hears what its server hears from here on.
  mutating func serversMayBeFilled(directives: inout [CoordinatorDirective]) {
    if restores {
      directives.append(.restoreServers)
    } else {
      connectWorkers(directives: &directives)
    }
  }

  /// The servers hold the rows of the checkpoint.
  package mutating func serversRestored(at time: Double, directives: inout [CoordinatorDirective]) {
    lastHeardAll(at: time)
    connectWorkers(directives: &directives)
  }

  private mutating func connectWorkers(directives: inout [CoordinatorDirective]) {
    let addresses = servers.map { endpoints[$0] ?? "" }
    for worker in workers { directives.append(.send(worker, .connect(serverEndpoints: addresses))) }
  }

  // MARK: time

  /// Looks for members that are silent and workers that stand still, and lets everyone know that the coordinator lives.
  package mutating func ticked(at time: Double, directives: inout [CoordinatorDirective]) {
    switch phase {
    case .over: return
    case .gathering:
      if time - phaseBegan > Self.replacementLimit {
        goOnWithFewer(at: time, directives: &directives)
        guard phase == .gathering else { return }
      }
      if time - phaseBegan > Self.gatherLimit {
        let missing = (servers + backups + workers).filter { endpoints[$0] == nil }.map(\.description).joined(
          separator: ", ")
        return fail(
          69, "waited \(Int(Self.gatherLimit)) s, and these have not come: \(missing)", directives: &directives)
      }
    case .preparing, .training, .pausing, .settling, .evaluating, .writingCheckpoint, .finishing: break
    }
    for member in members {
      guard let heard = lastHeard[member], accounts[member] == nil else { continue }
      if time - heard > leaseLimit {
        return leaseLost(member, "nothing heard for \(Int(time - heard)) s", at: time, directives: &directives)
      }
      directives.append(.send(member, .alive))
    }
    retryCheckpoint(at: time, directives: &directives)
    if phase == .training || phase == .pausing {
      for worker in awaited where time - (lastAdvance[worker] ?? time) > Self.stepLimit {
        return leaseLost(worker, "has stood still for \(Int(Self.stepLimit)) s", at: time, directives: &directives)
      }
    }
    if plan.recovery, phase == .training, time - cutAt > max(Self.cutPeriod, Self.cutShare * cutSeconds) {
      pause(at: time, directives: &directives)
    }
  }

  /// A member has lost its lease: it is silent, or it does not get further.
  private mutating func leaseLost(
    _ member: Member, _ reason: String, at time: Double, directives: inout [CoordinatorDirective]
  ) {
    if let process = processes[member] { directives.append(.endProcess(process)) }
    memberLost(member, reason: reason, at: time, directives: &directives)
  }

  /// Where a member is, for people.
  package func whereabouts(of member: Member) -> String {
    guard let progress = progress[member] else { return "while \(phaseName)" }
    return "while \(phaseName), epoch \(progress.epoch), step \(progress.step)"
  }

  var phaseName: String {
    switch phase {
    case .gathering: "gathering the members"
    case .preparing: "preparing"
    case .training: "training"
    case .pausing: "pausing"
    case .settling: "bringing all rows to the servers"
    case .evaluating: "evaluating"
    case .writingCheckpoint: "writing a checkpoint"
    case .finishing: "finishing"
    case .over: "over"
    }
  }

  /// The Loop was stopped for a while, so that what the members said is still to be heard.
  package mutating func wasAway(at time: Double) { lastHeardAll(at: time) }

  /// The Loop was away on bulk work; nobody is blamed for that silence.
  mutating func lastHeardAll(at time: Double) {
    for member in lastHeard.keys { lastHeard[member] = time }
    for member in lastAdvance.keys { lastAdvance[member] = time }
  }

  /// Whoever started the processes of this job is gone, and they leave.
  package mutating func abandoned(directives: inout [CoordinatorDirective]) {
    guard phase != .finishing else { return }
    fail(75, "the process that started this one is gone", directives: &directives)
  }

  /// What comes of presenting oneself.
  package enum Arrival: Equatable, Sendable {
    case seated(Member)
    /// It shall present itself again soon.
    case waits(reason: String)
    case refused(reason: String)
  }
}
