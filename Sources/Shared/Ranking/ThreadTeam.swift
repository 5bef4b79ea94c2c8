import Glibc

/// Plain threads for work that is cut into equal parts.
package enum ThreadTeam {
  /// The results of `body(0) … body(count - 1)`, each computed on a thread of its own, the last on the caller's. Where
  /// the system gives no more threads, the caller computes what is left.
  package static func map<Result: Sendable>(_ count: Int, _ body: @Sendable (Int) -> Result) -> [Result] {
    precondition(count > 0, "\(count) threads")
    // Safety: every thread is joined before this returns, so the body does not escape it.
    return withoutActuallyEscaping(body) { body in
      var threads: [(job: Job<Result>, thread: pthread_t)] = []
      var rest: [Job<Result>] = []
      for index in 0..<count {
        let job = Job(index: index, body: body)
        if index < count - 1, let thread = start(job) { threads.append((job, thread)) } else { rest.append(job) }
      }
      for job in rest { job.run() }
      for (_, thread) in threads { pthread_join(thread, nil) }
      return (threads.map(\.job) + rest).sorted { $0.index < $1.index }.map(\.finished)
    }
  }

  private static func start<Result>(_ job: Job<Result>) -> pthread_t? {
    var thread = pthread_t()
    // Safety: the retained job is taken over by the thread.
    let context = unsafe Unmanaged<Runnable>.passRetained(job)
    let code = unsafe pthread_create(
      &thread, nil,
      { context in
        guard let context = unsafe context else { return nil }
        unsafe Unmanaged<Runnable>.fromOpaque(context).takeRetainedValue().run()
        return nil
      }, context.toOpaque())
    guard code == 0 else {
      unsafe context.release()
      return nil
    }
    return thread
  }

  private class Runnable {
    func run() {}
  }

  /// One part of the work. It is written by its thread and read by the caller after the join.
  private final class Job<Result: Sendable>: Runnable {
    let index: Int
    private let body: @Sendable (Int) -> Result
    private var result: Result?

    init(index: Int, body: @escaping @Sendable (Int) -> Result) {
      self.index = index
      self.body = body
    }

    override func run() { result = body(index) }

    var finished: Result {
      guard let result else { preconditionFailure("part \(index) has not run") }
      return result
    }
  }
}
