import Plan
package import Wire

extension JobCoordinator {
  /// A process presents itself; it gets the next free place of its role, or is sent away.
  /// - Returns: its place, or why there is none.
  package mutating func memberArrived(
    _ hello: Hello, at time: Double, directives: inout [CoordinatorDirective]
  ) -> Result<Member, MemberRefusal> {
    let places = hello.role == .worker ? workers : servers
    guard phase == .gathering, let member = places.first(where: { endpoints[$0] == nil }) else {
      let role = hello.role == .worker ? "workers" : "servers"
      return .failure(MemberRefusal(reason: "the job has all \(places.count) of its \(role)"))
    }
    if hello.role == .worker, hello.dataFingerprint != dataFingerprint {
      let found = "its prepared data is \(hello.dataFingerprint), the coordinator's is \(dataFingerprint)"
      return .failure(MemberRefusal(reason: "\(found); prepare once, and copy the folder"))
    }
    endpoints[member] = hello.endpoint
    lastHeard[member] = time
    directives.append(.send(member, .welcome(welcome(for: member))))
    if endpoints.count == members.count { everyoneArrived(at: time, directives: &directives) }
    return .success(member)
  }

  private func welcome(for member: Member) -> Welcome {
    Welcome(
      job: job, membership: membership, index: UInt16(member.index), workers: UInt16(plan.cluster.workers),
      servers: UInt16(plan.cluster.servers), size: size, restores: restores, plan: planBytes)
  }

  private mutating func everyoneArrived(at time: Double, directives: inout [CoordinatorDirective]) {
    enter(.preparing, at: time)
    serversMayBeReady(directives: &directives)
  }

  /// A member is ready: first the servers, some of them before the last member has come; then the workers; then the
  /// training begins.
  mutating func memberReady(_ member: Member, at time: Double, directives: inout [CoordinatorDirective]) {
    ready.insert(member)
    guard phase == .preparing else { return }
    switch member.role {
    case .server: serversMayBeReady(directives: &directives)
    case .worker: if workers.allSatisfy(ready.contains) { beginEpoch(at: time, directives: &directives) }
    }
  }

  private mutating func serversMayBeReady(directives: inout [CoordinatorDirective]) {
    guard servers.allSatisfy(ready.contains) else { return }
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
      if time - startedAt > Self.gatherLimit {
        let missing = members.filter { endpoints[$0] == nil }.map(\.description).joined(separator: ", ")
        return fail(
          69, "waited \(Int(Self.gatherLimit)) s, and these have not come: \(missing)", directives: &directives)
      }
    case .preparing, .training, .pausing, .settling, .evaluating, .writingCheckpoint, .finishing: break
    }
    for member in members {
      guard let heard = lastHeard[member], accounts[member] == nil else { continue }
      if time - heard > Self.leaseLimit {
        return fail(
          75, "nothing heard from \(member) for \(Int(time - heard)) s (\(whereabouts(of: member)))",
          directives: &directives)
      }
      directives.append(.send(member, .alive))
    }
    if phase == .training || phase == .pausing {
      for worker in awaited where time - (lastAdvance[worker] ?? time) > Self.stepLimit {
        return fail(
          75, "\(worker) has stood still for \(Int(Self.stepLimit)) s (\(whereabouts(of: worker)))",
          directives: &directives)
      }
    }
  }

  /// Where a member is, for people.
  package func whereabouts(of member: Member) -> String {
    guard let progress = progress[member] else { return "while \(phaseName)" }
    return "while \(phaseName), epoch \(progress.epoch), step \(progress.step)"
  }

  private var phaseName: String {
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

  /// The Loop was away on bulk work; nobody is blamed for that silence.
  mutating func lastHeardAll(at time: Double) {
    for member in lastHeard.keys { lastHeard[member] = time }
    for member in lastAdvance.keys { lastAdvance[member] = time }
  }

  /// A member's process ended without farewell.
  package mutating func memberLost(_ member: Member, reason: String, directives: inout [CoordinatorDirective]) {
    guard accounts[member] == nil else { return }
    fail(75, "\(member) is lost: \(reason) (\(whereabouts(of: member)))", directives: &directives)
  }

  /// Whoever started the processes of this job saw one of them end too soon.
  package mutating func processLost(directives: inout [CoordinatorDirective]) {
    guard phase != .finishing else { return }
    fail(75, "a process of the job ended unexpectedly", directives: &directives)
  }

  /// A refused process, told why.
  package struct MemberRefusal: Error, Equatable, Sendable {
    package let reason: String
  }
}
