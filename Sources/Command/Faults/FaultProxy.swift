import Faults
import Foundation
import Links
import Synchronization
import ZeroMQ

/// A thread of the supervisor's through which every link of a local job passes, so that a plan's faults happen to real
/// frames. It listens at ports of this machine; the processes on both sides take it for their peers.
final class FaultProxy: Sendable {
  /// Where a server or the coordinator really listens.
  struct Target: Sendable {
    let node: FaultNode
    let endpoint: Endpoint
  }

  private struct State {
    var endpoints: [Endpoint] = []
    var failure: String?
    var isOver = false
    var summary = FaultSummary()
  }

  private let state = Mutex(State())
  private let hasBegun = DispatchSemaphore(value: 0)
  private let hasEnded = DispatchSemaphore(value: 0)
  private let step = Atomic<UInt64>(0)
  private let mustEnd = Atomic<Bool>(false)

  /// Begins to listen.
  /// - Throws: `LinkError` where that is not possible
  init(_ plan: FaultPlan, targets: [Target]) throws {
    Thread { [self] in run(plan, targets) }.start()
    hasBegun.wait()
    if let failure = state.withLock(\.failure) { throw LinkError("fault proxy", failure) }
  }

  private func run(_ plan: FaultPlan, _ targets: [Target]) {
    do {
      var loop = try FaultProxyLoop.listening(plan, targets)
      state.withLock { $0.endpoints = loop.endpoints }
      hasBegun.signal()
      while !mustEnd.load(ordering: .relaxed) {
        try loop.turn()
        step.store(loop.step, ordering: .relaxed)
      }
      state.withLock { $0.summary = loop.summary }
    } catch {
      state.withLock { $0.failure = "\(error)" }
      hasBegun.signal()
    }
    hasEnded.signal()
  }

  /// Where the targets are reached, in their order.
  var endpoints: [Endpoint] { state.withLock(\.endpoints) }

  /// The highest optimizer step that a server has spoken of.
  var highestStep: UInt64 { step.load(ordering: .relaxed) }

  /// Why it forwards no more, if it does not.
  var failure: String? { state.withLock(\.failure) }

  /// Ends the thread; says what it did to frames.
  func end() -> FaultSummary {
    mustEnd.store(true, ordering: .relaxed)
    hasEnded.wait()
    return state.withLock(\.summary)
  }
}

/// What a proxy did to frames.
struct FaultSummary: Sendable, CustomStringConvertible {
  var frames = 0
  var lost = 0
  var copied = 0
  var delayed = 0

  var description: String {
    "\(frames) frames between processes: \(lost) lost, \(copied) doubled, \(delayed) delayed"
  }
}
