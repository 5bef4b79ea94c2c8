package import Plan

/// What the coordinator and the members of a job say to each other. Rare and small, so each is a plain value.
package enum ControlMessage: Sendable, Equatable {
  // Members to the coordinator.
  case hello(Hello)
  /// A server has its rows, or a worker its users.
  case ready
  case progress(Progress)
  /// Every interaction of this worker's shards is trained and pushed; in `ssp` and `async` with how far each held shard
  /// came, since others may have to stop before they are through.
  case epochFinished(Progress, positions: [ShardPosition])
  /// No push follows until the next `train`; with positions as above.
  case paused(Progress, positions: [ShardPosition])
  /// The servers hold the rows of this worker's users as they are now.
  case settled
  case evaluated(RankCounts)
  case measured(RatingErrors)
  case farewell(Account)
  /// A server is followed by its backup, or a backup has taken its server's place, as it was told.
  case arranged
  /// A backup has lost the connection to its server, which may have ended.
  case leaderGone
  case failed(exitCode: Int32, reason: String)
  /// The exit code of what may succeed when it is tried again: its sender counts as lost, and the job goes on.
  package static let tryAgain: Int32 = 75

  // The coordinator to members.
  case welcome(Welcome)
  /// Where the servers are; which shards this worker holds follows from the placement.
  case connect(serverEndpoints: [String])
  /// Train `epoch` from `step` up to, not including, `until`; in `ssp` and `async` from the given positions.
  case train(epoch: Epoch, step: Step, until: Step, positions: [ShardPosition])
  /// A server's place is another process's now: send the last request there, unless it is answered.
  case replaceServer(ServerID, endpoint: String)
  case pause
  /// Training stands still: write the users' rows back to the servers; with the epoch that ends here, or 0.
  case settle(endedEpoch: Epoch)
  case evaluate(EvaluationTarget)
  /// A backup's server listens there: follow it.
  case follow(serverEndpoint: String)
  /// A server has no backup any more.
  case goAlone
  /// A backup is the server now that it followed.
  case takeOver
  /// The job is done: account for yourself and go.
  case finish
  /// The job failed: go.
  case abort(reason: String)
  /// Someone is lost, or a stranger speaks: forget what you hold, and present yourself again.
  case regroup(reason: String)
  /// Still here; also a member's sign of life when it has nothing to say.
  case alive

  // Who looks on, and the coordinator.
  case askStatus
  /// What the job does, as JSON.
  case status([UInt8])
}

/// Which held-out items to rank, or whose ratings to predict.
package enum EvaluationTarget: UInt8, Sendable { case test = 0, validation }

/// A member presents itself.
package struct Hello: Sendable, Equatable {
  package enum Role: UInt8, Sendable { case worker = 0, server }
  package var role: Role
  /// Its process id, by which a job of one machine ends it if it must.
  package var process: UInt32
  /// The place that it would like among its role's, as the process before it had.
  package var place: UInt16
  /// Random; another process in the same place has another.
  package var incarnation: UInt64
  /// Where a server listens for steps; empty for a worker.
  package var endpoint: String
  /// Which prepared data a worker reads; empty for a server.
  package var dataFingerprint: String
  package init(
    role: Role, process: UInt32, place: UInt16, incarnation: UInt64, endpoint: String, dataFingerprint: String
  ) {
    self.role = role
    self.process = process
    self.place = place
    self.incarnation = incarnation
    self.endpoint = endpoint
    self.dataFingerprint = dataFingerprint
  }
}

/// What a member needs to know before the first batch.
package struct Welcome: Sendable, Equatable {
  package var job: JobID
  package var membership: MembershipEpoch
  /// The member's place among the workers or the servers.
  package var index: UInt16
  package var workers: UInt16
  package var servers: UInt16
  package var size: ProblemSize
  /// A server waits for its rows instead of drawing initial ones.
  package var restores: Bool
  /// A server follows the one of its place, instead of serving.
  package var isBackup: Bool
  /// The plan as JSON.
  package var plan: [UInt8]
  package init(
    job: JobID, membership: MembershipEpoch, index: UInt16, workers: UInt16, servers: UInt16, size: ProblemSize,
    restores: Bool, isBackup: Bool = false, plan: [UInt8]
  ) {
    self.job = job
    self.membership = membership
    self.index = index
    self.workers = workers
    self.servers = servers
    self.size = size
    self.restores = restores
    self.isBackup = isBackup
    self.plan = plan
  }
}

/// How far a worker is in its epoch.
package struct Progress: Sendable, Equatable {
  package var epoch: Epoch
  package var step: Step
  package var samples: UInt64
  /// The sum of the losses in units of 2⁻²⁴, so that adding them is exact and the order does not matter.
  package var loss: Int64
  /// Optimizer steps of the job that the worker knows of.
  package var optimizerStep: UInt64
  package init(epoch: Epoch, step: Step, samples: UInt64, loss: Int64, optimizerStep: UInt64) {
    self.epoch = epoch
    self.step = step
    self.samples = samples
    self.loss = loss
    self.optimizerStep = optimizerStep
  }
  package static let lossUnit = 0x1p-24
}

/// How many interactions of a shard, in the epoch's order, are trained.
package struct ShardPosition: Sendable, Equatable, Hashable {
  package var shard: ShardID
  package var position: UInt32
  package init(shard: ShardID, position: UInt32) {
    self.shard = shard
    self.position = position
  }
}

/// How many held-out items landed at each rank: `[top-K]`, of `cases` ranked.
package struct RankCounts: Sendable, Equatable {
  package var counts: [UInt64]
  package var cases: UInt64
  package init(counts: [UInt64], cases: UInt64) {
    self.counts = counts
    self.cases = cases
  }
}

/// Sums over predicted ratings, counted in units of the scale's width, so that adding them is exact and the order does
/// not matter.
package struct RatingErrors: Sendable, Equatable {
  /// The lowest rating, and how far the highest is from it.
  package var minimum: Double
  package var width: Double
  package var cases: UInt64
  package var absolute: Int64
  package var squared: Int64
  package var ratings: Int64
  package var ratingSquares: Int64
  package init(
    minimum: Double, width: Double, cases: UInt64, absolute: Int64, squared: Int64, ratings: Int64, ratingSquares: Int64
  ) {
    self.minimum = minimum
    self.width = width
    self.cases = cases
    self.absolute = absolute
    self.squared = squared
    self.ratings = ratings
    self.ratingSquares = ratingSquares
  }
}

/// What a member did and used, for the report.
package struct Account: Sendable, Equatable {
  package var cpuSeconds: Double
  package var peakResidentBytes: UInt64
  package var bytesSent: UInt64
  package var bytesReceived: UInt64
  /// Pushes sent (worker) or applied (server), one per step and server.
  package var updates: UInt64
  package var duplicates: UInt64
  /// How often the rows of a step missed 0, 1, 2, … steps of the slowest worker.
  package var staleness: [UInt64]
  /// Frames that were sent again since they seemed lost, and frames that had arrived before.
  package var resent: UInt64
  package var repeated: UInt64
  package init(
    cpuSeconds: Double = 0, peakResidentBytes: UInt64 = 0, bytesSent: UInt64 = 0, bytesReceived: UInt64 = 0,
    updates: UInt64 = 0, duplicates: UInt64 = 0, staleness: [UInt64] = [], resent: UInt64 = 0, repeated: UInt64 = 0
  ) {
    self.cpuSeconds = cpuSeconds
    self.peakResidentBytes = peakResidentBytes
    self.bytesSent = bytesSent
    self.bytesReceived = bytesReceived
    self.updates = updates
    self.duplicates = duplicates
    self.staleness = staleness
    self.resent = resent
    self.repeated = repeated
  }
}
