import Interactions
import Plan

/// How far a synthesis is.
package struct SynthesisProgress: Sendable, Equatable {
  package let written: Int
  package let total: Int
}

/// Writes a data set of any size in a real format, with popularity skew and a planted structure that a model can learn.
/// The same options give the same bytes.
package struct Synthesis {
  private let options: SynthesisOptions
  private let report: (SynthesisProgress) throws(DatasetError) -> Void

  /// - Parameter report: called now and then; may throw to stop
  package init(
    _ options: SynthesisOptions, report: @escaping (SynthesisProgress) throws(DatasetError) -> Void = { _ in }
  ) {
    self.options = options
    self.report = report
  }

  /// Writes the files, and gives their paths, ratings first. Nothing is left behind where it fails.
  package func run() throws(DatasetError) -> [String] {
    try options.validate()
    let made = try Folders.make(options.output)
    var written: [String] = []
    do {
      let model = TasteModel(itemCount: options.items, seed: options.seed)
      let users = SyntheticUsers(
        model: model, userCount: options.users, interactionCount: options.interactions, seed: options.seed)
      switch options.format {
      case .movielens: try writeMovieLens(model, users, &written)
      case .netflix: try writeNetflix(model, users, &written)
      }
    } catch {
      for path in written { Folders.removeFile(path) }
      Folders.remove(made)
      throw error
    }
    return written
  }

  /// Users between two reports.
  private static let usersPerReport = 1024

  private func writeMovieLens(
    _ model: TasteModel, _ users: SyntheticUsers, _ written: inout [String]
  ) throws(DatasetError) {
    var ratings = try TextFileWriter(path: "\(options.output)/ratings.dat")
    var scratch = SyntheticUsers.Scratch(itemCount: options.items)
    var done = 0
    for user in 0..<options.users {
      users.draw(user, &scratch)
      var clock = SyntheticClock(user: user, count: scratch.items.count, seed: options.seed)
      for item in scratch.items {
        ratings.append(number: user + 1)
        ratings.append("::")
        ratings.append(number: Int(item) + 1)
        ratings.append("::")
        ratings.append(0x30 + users.rating(item, of: user, scratch))
        ratings.append("::")
        ratings.append(number: clock.next())
        try ratings.endLine()
      }
      done += scratch.items.count
      if user % Self.usersPerReport == 0 { try report(SynthesisProgress(written: done, total: options.interactions)) }
    }
    try finish(ratings, &written)
    var movies = try TextFileWriter(path: "\(options.output)/movies.dat")
    for (item, title) in model.catalogue.titles.enumerated() {
      movies.append("\(item + 1)::\(title)::\(model.catalogue.genres(of: item))")
      try movies.endLine()
    }
    try finish(movies, &written)
  }

  /// The files are ordered by movie, so each run of movies is drawn anew from all users, in bounded memory.
  private func writeNetflix(
    _ model: TasteModel, _ users: SyntheticUsers, _ written: inout [String]
  ) throws(DatasetError) {
    let runsPerFile = NetflixRun.runsPerFile(interactions: options.interactions)
    let runCount = NetflixRun.fileCount * runsPerFile
    var done = 0
    for file in 0..<NetflixRun.fileCount {
      var ratings = try TextFileWriter(path: "\(options.output)/combined_data_\(file + 1).txt")
      for place in file * runsPerFile..<(file + 1) * runsPerFile {
        let movies = options.items * place / runCount..<options.items * (place + 1) / runCount
        var run = NetflixRun(movies: movies)
        var scratch = SyntheticUsers.Scratch(itemCount: options.items)
        for user in 0..<options.users {
          users.draw(user, &scratch)
          run.take(user, users, scratch, seed: options.seed)
          if user % Self.usersPerReport == 0 {
            try report(SynthesisProgress(written: done + run.count, total: options.interactions))
          }
        }
        done += run.count
        try run.write(to: &ratings)
      }
      // A few movies that nobody rated make no file.
      if !ratings.isEmpty { try finish(ratings, &written) }
    }
    var titles = try TextFileWriter(path: "\(options.output)/movie_titles.csv")
    for (item, title) in model.catalogue.titles.enumerated() {
      // The year stands in parentheses at the end.
      titles.append("\(item + 1),\(title.dropLast().suffix(4)),\(title.dropLast(7))")
      try titles.endLine()
    }
    try finish(titles, &written)
  }

  private func finish(_ file: consuming TextFileWriter, _ written: inout [String]) throws(DatasetError) {
    let path = file.path
    try file.finish()
    written.append(path)
  }
}

/// The times of a user's interactions, ascending.
struct SyntheticClock {
  private let stream: RandomStream
  private var time: Int
  private var counter: UInt64 = 1
  private let gap: UInt32

  /// 2000-01-01, and the span in which users begin.
  private static let first = 946_684_800
  private static let span: UInt32 = 3 * 365 * 86_400

  init(user: Int, count: Int, seed: UInt64) {
    stream = RandomStream(seed: seed, .synthesis, UInt64(user) + 1, 11)
    time = Self.first + Int(stream.index(below: Self.span, at: 0))
    gap = max(2, 2 * Self.span / UInt32(count + 1))
  }

  /// The next time in seconds since 1970, at least one second later than the one before.
  mutating func next() -> Int {
    time += 1 + Int(stream.index(below: gap, at: counter))
    counter += 1
    return time
  }
}
