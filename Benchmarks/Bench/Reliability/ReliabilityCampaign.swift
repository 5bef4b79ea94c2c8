import Foundation
import Plan
import Telemetry

/// The trials of the reliability campaign, and their tables. The last cell of each row is the verdict.
struct ReliabilityCampaign {
  let runner: TrialRunner
  /// Samples of an epoch: positives × (1 + negatives).
  let samples: Int
  let epochs: Int
  let say: (String) -> Void

  // Limit: seconds; pauses are longer, so that they become losses.
  private static let lease = 2
  private static let pair = Arrangement(workers: 2, servers: 2)

  // Limit: a job that loses someone ten times between two checkpoints ends, so an epoch must get through now and then:
  // somebody may be killed after the time of so many epochs, and no sooner than after a second.
  private static let epochsBetweenKills = 2.0
  private static let shortestPeriod = 1.0

  /// The faults of a trial, all drawn anew.
  private func injuries(seed: Int, besides quiet: Trial) -> [String] {
    let epoch = (quiet.report?.epochs.map(\.trainingSeconds) ?? []).median
    let period = Int(1000 * max(Self.shortestPeriod, Self.epochsBetweenKills * epoch))
    let (first, second) = seed.isMultiple(of: 2) ? ("worker", "server") : ("server", "worker")
    let plan = """
      seed \(seed); kill any every \(period) ms with 80%; pause any \(first) for 5 s at 4 s; \
      pause any \(second) for 5 s at 12 s
      """
    return ["--lease", "\(Self.lease)", "--faults", plan]
  }

  private var injuryNote: String {
    """
    `--lease \(Self.lease)`; in each job somebody is killed with 80 % every \
    \(Figure.fixed(Self.epochsBetweenKills, 0)) undisturbed epochs, or every second where those are shorter, and a \
    worker and a server are stopped for 5 s, after 4 and 12 s.
    """
  }

  // MARK: bsp

  /// Jobs in `bsp`, until so many processes were killed.
  func killed(_ target: Int) throws -> [ResultTable] {
    say("bsp, undisturbed")
    let quiet = try runner.run("bsp, undisturbed", Self.pair, epochs: epochs)
    var table = ResultTable(
      "Killed at random, bsp, batch 4,096, 2 workers and 2 servers, \(epochs) epochs",
      columns: [
        "job", "killed: workers", "servers", "coordinator", "stopped", "recoveries", "updates lost", "applied twice",
        "seconds", "the undisturbed digest",
      ],
      notes: [
        injuryNote,
        "Undisturbed: \(Figure.fixed(quiet.seconds, 1)) s, digest `\(quiet.report?.digest.prefix(16) ?? "")…`.",
        "Updates are those since the job last went back.",
      ])
    var trials: [Trial] = []
    var broken = quiet.broken(samplesPerEpoch: samples, epochs: epochs)
    if !broken.isEmpty { table.append(row(of: quiet, broken)) }
    while trials.reduce(0, { $0 + $1.count("kill") }) < target, trials.count < target {
      let seed = trials.count + 1
      let trial = try runner.run("job \(seed)", Self.pair, epochs: epochs, injuries(seed: seed, besides: quiet))
      broken = trial.broken(samplesPerEpoch: samples, epochs: epochs)
      if trial.report?.digest != quiet.report?.digest { broken.append("another digest") }
      table.append(row(of: trial, broken))
      trials.append(trial)
      say("bsp, \(trial.name): \(summary(of: trial, broken))")
    }
    table.append(sum(of: trials))
    return [table, recoveries(of: trials)]
  }

  private func summary(of trial: Trial, _ broken: [String]) -> String {
    "\(trial.count("kill")) killed, \(Figure.fixed(trial.seconds, 1)) s, \(Promise.cell(broken))"
  }

  private func row(of trial: Trial, _ broken: [String]) -> [String] {
    [
      trial.name, "\(trial.count("kill", "worker"))", "\(trial.count("kill", "server"))",
      "\(trial.count("kill", "coordinator"))", "\(trial.count("pause"))", "\(trial.report?.recoveries.count ?? 0)",
      "\(trial.lost)", "\(trial.appliedTwice)", Figure.fixed(trial.seconds, 1), Promise.cell(broken),
    ]
  }

  private func sum(of trials: [Trial]) -> [String] {
    func sum(_ count: (Trial) -> Int) -> String { "\(trials.reduce(0) { $0 + count($1) })" }
    return [
      "all \(trials.count)", sum { $0.count("kill", "worker") }, sum { $0.count("kill", "server") },
      sum { $0.count("kill", "coordinator") }, sum { $0.count("pause") }, sum { $0.report?.recoveries.count ?? 0 },
      sum(\.lost), sum(\.appliedTwice), Figure.fixed(trials.reduce(0) { $0 + $1.seconds }, 0), "",
    ]
  }

  private func recoveries(of trials: [Trial]) -> ResultTable {
    var table = ResultTable(
      "Recoveries of these jobs", columns: ["lost", "how often", "median seconds", "longest"],
      notes: [
        "From when the loss is noticed to the next order to train.",
        "Who is lost while the others still gather prolongs their recovery, and a stopped one is waited for.",
      ])
    let all = trials.flatMap { $0.report?.recoveries ?? [] }
    for role in ["worker", "server", "coordinator"] {
      let seconds = all.filter { $0.role == role }.map(\.seconds)
      table.append([
        role, "\(seconds.count)", Figure.fixed(seconds.median, 2), Figure.fixed(seconds.max() ?? 0, 2),
      ])
    }
    return table
  }

  // MARK: ssp and async

  /// The same without a barrier, where the result is not a matter of bits.
  func loose(seeds: Int) throws -> [ResultTable] {
    var table = ResultTable(
      "Killed at random without a barrier, batch 4,096, 2 workers and 2 servers, \(epochs) epochs",
      columns: [
        "job", "killed", "stopped", "recoveries", "updates lost", "applied twice", "HR@10", "undisturbed",
        "every positive once, and HR@10 within \(Self.tolerance) on average",
      ], notes: [injuryNote, "HR@10 after the last epoch."])
    for consistency in [Consistency.ssp(4), .async] {
      var rates: [(injured: Double, quiet: Double)] = []
      for seed in 1...seeds {
        var arrangement = Self.pair
        arrangement.consistency = consistency
        arrangement.seed = UInt64(seed)
        let name = "\(consistency), seed \(seed)"
        let quiet = try runner.run("\(name), undisturbed", arrangement, epochs: epochs)
        let trial = try runner.run(name, arrangement, epochs: epochs, injuries(seed: 1000 + seed, besides: quiet))
        let broken =
          quiet.broken(samplesPerEpoch: samples, epochs: epochs)
          + trial.broken(samplesPerEpoch: samples, epochs: epochs)
        rates.append((trial.hitRatio ?? 0, quiet.hitRatio ?? 0))
        table.append([
          name, "\(trial.count("kill"))", "\(trial.count("pause"))", "\(trial.report?.recoveries.count ?? 0)",
          "\(trial.lost)", "\(trial.appliedTwice)", Figure.fixed(rates[seed - 1].injured, 4),
          Figure.fixed(rates[seed - 1].quiet, 4), Promise.cell(broken),
        ])
        say("\(name): \(summary(of: trial, broken))")
      }
      let injured = rates.map(\.injured).reduce(0, +) / Double(seeds)
      let quiet = rates.map(\.quiet).reduce(0, +) / Double(seeds)
      let isNear = abs(injured - quiet) <= Self.tolerance
      table.append([
        "\(consistency), mean", "", "", "", "", "", Figure.fixed(injured, 4), Figure.fixed(quiet, 4),
        Promise.cell(isNear ? [] : ["HR@10 differs by \(Figure.fixed(injured - quiet, 4))"]),
      ])
    }
    return [table]
  }

  // Limit: of the difference between two means of hit ratios.
  private static let tolerance = 0.005

  // MARK: the network

  /// An epoch over a bad network, in which everything takes the time of a frame's way; so its steps are large.
  func roughNetwork() throws -> [ResultTable] {
    let weather = """
      seed 7; drop 10%; duplicate 5%; delay 20 ms ± 20 ms; partition worker -> server for 3 s at step 60; \
      partition server -> worker for 3 s at step 150; partition any - coordinator for 3 s at step 220
      """
    var arrangement = Self.pair
    arrangement.batchSize = 16_384
    say("a bad network")
    let quiet = try runner.run("undisturbed", arrangement, epochs: 1)
    let trial = try runner.run("faults", arrangement, epochs: 1, ["--faults", weather])
    var table = ResultTable(
      "A bad network, bsp, batch 16,384, 2 workers and 2 servers, one epoch",
      columns: [
        "network", "seconds", "frames sent again", "dropped as repeated", "recoveries", "the undisturbed digest",
      ],
      notes: ["`\(weather)`; all links lead through a proxy over tcp."])
    for job in [quiet, trial] {
      var broken = job.broken(samplesPerEpoch: samples, epochs: 1)
      if job.report?.digest != quiet.report?.digest { broken.append("another digest") }
      table.append([
        job.name, Figure.fixed(job.seconds, 1), Figure.grouped(job.report?.links?.framesSentAgain ?? 0),
        Figure.grouped(job.report?.links?.duplicatesDropped ?? 0), "\(job.report?.recoveries.count ?? 0)",
        Promise.cell(broken),
      ])
    }
    return [table]
  }

  // MARK: what it costs

  // Limit: of the samples per second without it.
  private static let costLimit = 0.05

  /// Undisturbed jobs with and without recovery, in turn.
  func cost(rounds: Int) throws -> [ResultTable] {
    var table = ResultTable(
      "What recovery costs where nothing happens, batch 4,096, 2 workers and 2 servers, \(epochs) epochs",
      columns: [
        "job", "M samples/s with it", "with `--recovery off`", "cost", "lowest, highest", "of it checkpoints",
        "at most \(Figure.percent(Self.costLimit))",
      ],
      notes: [
        "Medians of \(rounds) rounds, in which both take turns, and of the cost of each round. The last epoch, whose",
        "checkpoint both write, does not count. Checkpoints at their default interval, at an epoch's end when a",
        "fiftieth of the time pays for one: the share of the training time in which they are written.",
      ])
    for consistency in [Consistency.bsp, .ssp(4)] {
      var arrangement = Self.pair
      arrangement.consistency = consistency
      var (with, without, costs, shares) = ([Double](), [Double](), [Double](), [Double]())
      for round in 1...rounds {
        say("\(consistency), round \(round) of \(rounds)")
        // Who comes first takes turns, too.
        let order = round.isMultiple(of: 2) ? ["on", "off"] : ["off", "on"]
        var rates: [String: Double] = [:]
        for recovery in order {
          let trial = try runner.run(recovery, arrangement, epochs: epochs, ["--recovery", recovery])
          guard let report = trial.report, trial.failure == nil else {
            throw ClusterFailure(command: ["train", "--recovery", recovery, trial.failure ?? ""], status: 1)
          }
          let counted = report.epochs.dropLast()
          let seconds = counted.reduce(0) { $0 + $1.trainingSeconds }
          rates[recovery] = counted.reduce(0) { $0 + Double($1.samples) } / seconds
          if recovery == "on" { shares.append(trial.checkpointSeconds.dropLast().reduce(0, +) / seconds) }
        }
        with.append(rates["on"] ?? 0)
        without.append(rates["off"] ?? 0)
        costs.append(1 - (rates["on"] ?? 0) / (rates["off"] ?? 1))
      }
      let broken = costs.median > Self.costLimit ? ["\(percent(costs.median))"] : []
      table.append([
        "\(consistency)", Figure.fixed(with.median / 1e6, 2), Figure.fixed(without.median / 1e6, 2),
        percent(costs.median), "\(percent(costs.min() ?? 0)), \(percent(costs.max() ?? 0))", percent(shares.median),
        Promise.cell(broken),
      ])
    }
    return [table]
  }

  private func percent(_ share: Double) -> String { "\(Figure.fixed(share * 100, 1)) %" }
}
