import Interactions
import Plan

/// The ratings of a run of movies, gathered user by user and written movie by movie.
struct NetflixRun: ~Copyable {
  private let movies: Range<Int>
  private var movieOf = Column<UInt32>()
  private var userOf = Column<UInt32>()
  /// Day since 2000-01-01 and rating, as `day × 8 + rating`.
  private var dayAndRating = Column<UInt16>()

  static let fileCount = 4
  /// Limit: 16 bytes each while they are put into order make 400 MB.
  private static let mostPerRun = 25_000_000

  /// How many runs each file is made of.
  static func runsPerFile(interactions: Int) -> Int {
    max(1, (interactions + fileCount * mostPerRun - 1) / (fileCount * mostPerRun))
  }

  init(movies: Range<Int>) { self.movies = movies }

  var count: Int { movieOf.count }

  /// Takes those of a user's items that are in the run.
  mutating func take(_ user: Int, _ users: SyntheticUsers, _ scratch: borrowing SyntheticUsers.Scratch, seed: UInt64) {
    var clock = SyntheticClock(user: user, count: scratch.items.count, seed: seed)
    for item in scratch.items {
      let time = clock.next()
      guard movies.contains(Int(item)) else { continue }
      let day = (time - 946_684_800) / 86_400
      movieOf.append(item - UInt32(movies.lowerBound))
      userOf.append(UInt32(user))
      dayAndRating.append(UInt16(day * 8) + UInt16(users.rating(item, of: user, scratch)))
    }
  }

  /// Writes the run's blocks: `MovieID:`, then `CustomerID,Rating,YYYY-MM-DD`.
  consuming func write(to file: inout TextFileWriter) throws(DatasetError) {
    var ends = [Int](repeating: 0, count: movies.count + 1)
    for index in 0..<count { ends[Int(movieOf[index]) + 1] += 1 }
    for movie in 0..<movies.count { ends[movie + 1] += ends[movie] }
    var next = ends
    for index in 0..<count {
      let movie = Int(movieOf[index])
      movieOf[index] = UInt32(next[movie])
      next[movie] += 1
    }
    userOf = userOf.scattered(to: movieOf)
    dayAndRating = dayAndRating.scattered(to: movieOf)
    let dates = (0..<1 << 13).map { SyntheticDate.text(daysSince2000: $0) }
    for movie in 0..<movies.count where ends[movie] < ends[movie + 1] {
      file.append(number: movies.lowerBound + movie + 1)
      file.append(0x3A)
      try file.endLine()
      for index in ends[movie]..<ends[movie + 1] {
        file.append(number: Int(userOf[index]) + 1)
        file.append(0x2C)
        file.append(0x30 + UInt8(dayAndRating[index] & 7))
        file.append(0x2C)
        file.append(dates[Int(dayAndRating[index] >> 3)])
        try file.endLine()
      }
    }
  }
}

/// Days as Netflix writes them.
enum SyntheticDate {
  /// `YYYY-MM-DD` (Howard Hinnant: "chrono-compatible low-level date algorithms").
  static func text(daysSince2000 days: Int) -> String {
    let shifted = days + 10_957 + 719_468
    let (era, dayOfEra) = (shifted / 146_097, shifted % 146_097)
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return "\(year)-\(two(month))-\(two(day))"
  }
}
