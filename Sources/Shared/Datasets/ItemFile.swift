/// The forms in which item files come, told apart by their first line.
enum ItemFileForm: Equatable {
  /// `MovieID::Title::Genre|Genre`: MovieLens 1M and 10M, `movies.dat`.
  case colons
  /// `id|title|…|19 genre flags`: MovieLens 100k, `u.item`.
  case pipes
  /// `id,year,title` with commas in titles: Netflix, `movie_titles.csv`.
  case netflix
  /// Columns with a header, where each stands: any csv, such as MovieLens's `movies.csv`.
  case columns(id: Int, title: Int, genres: Int?, count: Int)

  /// - Parameter idColumn: the name of the id column, where a header has it; otherwise the first column is taken
  init(path: String, firstLine line: Span<UInt8>, idColumn: String?) throws(DatasetError) {
    let text = ItemText.decoded(line)
    if text.contains("::") {
      self = .colons
    } else if text.split(separator: "|", omittingEmptySubsequences: false).count == Self.pipeCount {
      self = .pipes
    } else if Self.isNetflix(text) {
      self = .netflix
    } else {
      var splitter = FieldSplitter(separator: [0x2C], hasQuotes: true)
      _ = splitter.split(line)
      let names = splitter.fields.indices.map { ItemText.decoded(splitter.field($0, of: line)) }
      let lower = names.map { $0.lowercased() }
      guard names.count > 1, let title = lower.firstIndex(where: { $0 == "title" || $0 == "name" }) else {
        throw DatasetError(
          .malformed, path: path, line: 1,
          "expected movies.dat, u.item, movie_titles.csv or a header with a column title or name, found "
            + Malformation.escaped(line))
      }
      let id = idColumn.flatMap { names.firstIndex(of: $0) } ?? 0
      self = .columns(
        id: id, title: title, genres: lower.firstIndex { $0 == "genres" || $0 == "genre" }, count: names.count)
    }
  }

  /// Where the values of a field stand.
  enum FieldPlace: Equatable {
    case column(Int)
    /// The genres that the form has, however it writes them.
    case genres
    case title
    /// The year in parentheses behind the title.
    case year
  }

  /// The places of fields by their names: those of the header, and `genres`, `title` and `year`.
  func places(of fields: [FeatureField], path: String, firstLine line: Span<UInt8>) throws(DatasetError)
    -> [FieldPlace]
  {
    var names: [String] = []
    if case .columns = self {
      var splitter = FieldSplitter(separator: separator, hasQuotes: hasQuotes)
      _ = splitter.split(line)
      names = splitter.fields.indices.map { ItemText.decoded(splitter.field($0, of: line)) }
    }
    var places: [FieldPlace] = []
    for field in fields {
      if let column = names.firstIndex(of: field.name) {
        places.append(.column(column))
      } else if ["genre", "genres"].contains(field.name), hasGenres {
        places.append(.genres)
      } else if field.name == "title" {
        places.append(.title)
      } else if field.name == "year" {
        places.append(.year)
      } else {
        let known = names.isEmpty ? (hasGenres ? ["genres"] : []) + ["title", "year"] : names
        throw DatasetError(
          .unfit, path: path, line: 1, "no column \"\(field.name)\" (--features)",
          hint: "the columns are: \(known.joined(separator: " · "))")
      }
    }
    return places
  }

  private var hasGenres: Bool {
    switch self {
    case .colons, .pipes: true
    case .netflix: false
    case .columns(_, _, let genres, _): genres != nil
    }
  }

  /// id, title, two dates, link, and 19 flags.
  private static let pipeCount = 24

  private static func isNetflix(_ text: String) -> Bool {
    let parts = text.split(separator: ",", maxSplits: 2, omittingEmptySubsequences: false)
    return parts.count == 3 && UInt64(parts[0]) != nil
      && (parts[1] == "NULL" || parts[1].count == 4 && UInt64(parts[1]) != nil)
  }

  var separator: [UInt8] {
    switch self {
    case .colons: Array("::".utf8)
    case .pipes: [0x7C]
    case .netflix, .columns: [0x2C]
    }
  }

  var hasQuotes: Bool {
    switch self {
    case .columns: true
    case .colons, .pipes, .netflix: false
    }
  }

  var expected: String {
    switch self {
    case .colons: "MovieID::Title::Genres"
    case .pipes: "24 fields between |"
    case .netflix: "id,year,title"
    case .columns(_, _, _, let count): "\(count) fields between commas, as in the header"
    }
  }

  /// The flags of MovieLens 100k in their order (`u.genre`).
  static let flaggedGenres = [
    "unknown", "Action", "Adventure", "Animation", "Children's", "Comedy", "Crime", "Documentary", "Drama", "Fantasy",
    "Film-Noir", "Horror", "Musical", "Mystery", "Romance", "Sci-Fi", "Thriller", "War", "Western",
  ]
}

/// An item as its file describes it.
struct ItemLine: Equatable {
  let id: [UInt8]
  let title: String
  let genres: [String]
  /// The texts of the fields that were asked for.
  let values: [String]

  /// Reads a line that was cut into fields; nil where it has not the form.
  init?(
    _ line: Span<UInt8>, _ splitter: borrowing FieldSplitter, form: ItemFileForm, places: [ItemFileForm.FieldPlace] = []
  ) {
    let count = splitter.fields.count
    func text(_ index: Int) -> String { ItemText.decoded(splitter.field(index, of: line)) }
    switch form {
    case .colons:
      guard count == 3 else { return nil }
      (title, genres) = (text(1), ItemText.genres(text(2)))
    case .pipes:
      guard count == 24 else { return nil }
      title = text(1)
      genres = ItemText.genres(
        ItemFileForm.flaggedGenres.indices.filter { text($0 + 5) == "1" }
          .map { ItemFileForm.flaggedGenres[$0] }.joined(separator: "|"))
    case .netflix:
      guard count >= 3 else { return nil }
      let name = (2..<count).map(text).joined(separator: ",")
      (title, genres) = (text(1) == "NULL" ? name : "\(name) (\(text(1)))", [])
    case .columns(_, let titleColumn, let genreColumn, let expected):
      guard count == expected else { return nil }
      title = ItemText.withoutEntities(text(titleColumn))
      genres = genreColumn.map { ItemText.genres(ItemText.withoutEntities(text($0))) } ?? []
    }
    let idColumn = if case .columns(let column, _, _, _) = form { column } else { 0 }
    let field = splitter.field(idColumn, of: line)
    id = field.indices.map { field[$0] }
    var values: [String] = []
    for place in places {
      switch place {
      case .column(let column): values.append(ItemText.withoutEntities(text(column)))
      case .genres: values.append(genres.joined(separator: "|"))
      case .title: values.append(title)
      case .year: values.append(Self.year(title))
      }
    }
    self.values = values
    guard !id.isEmpty else { return nil }
  }

  /// The year at the end of a title, in parentheses; empty where there is none.
  private static func year(_ title: String) -> String {
    let end = ItemText.trimmed(title).suffix(6)
    guard end.count == 6, end.first == "(", end.last == ")", Int(end.dropFirst().dropLast()) != nil else { return "" }
    return String(end.dropFirst().dropLast())
  }
}
