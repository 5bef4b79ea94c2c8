/// A word of a fault plan, or the end of a statement.
struct FaultToken: Equatable, Sendable {
  enum Kind: Equatable, Sendable {
    case word(String)
    case number(Double)
    case percent
    case dash
    case arrow
    /// ± or +-.
    case plusMinus
    /// A line's end, a semicolon, or the end of the text.
    case end
  }
  let kind: Kind
  let text: String
  let place: FaultPlace
}

/// Cuts a fault plan into words; a number sign begins a comment.
struct FaultLexer {
  private let characters: [Character]
  private var offset = 0
  private var line = 1
  private var column = 1

  // Limit: a plan is written by hand; a thousand statements are far above.
  static let characterLimit = 1 << 16

  init(_ text: String) { characters = Array(text) }

  mutating func tokens() throws(FaultPlanError) -> [FaultToken] {
    let place = FaultPlace(line: line, column: column)
    guard characters.count <= Self.characterLimit else {
      throw FaultPlanError(
        place, "\(characters.count) characters are too many", hint: "a plan has at most \(Self.characterLimit)")
    }
    var tokens: [FaultToken] = []
    while let token = try next() { tokens.append(token) }
    tokens.append(FaultToken(kind: .end, text: "the end", place: FaultPlace(line: line, column: column)))
    return tokens
  }

  private mutating func next() throws(FaultPlanError) -> FaultToken? {
    skipBlanks()
    let place = FaultPlace(line: line, column: column)
    guard let first = peek() else { return nil }
    if first.isNewline || first == ";" {
      take()
      return FaultToken(kind: .end, text: "the end of the statement", place: place)
    }
    if first.isLetter { return word(place) }
    if first.isASCII, first.isNumber { return try number(place) }
    return try symbol(first, place)
  }

  private func peek(_ distance: Int = 0) -> Character? {
    offset + distance < characters.count ? characters[offset + distance] : nil
  }

  private mutating func take() {
    if characters[offset].isNewline {
      line += 1
      column = 1
    } else {
      column += 1
    }
    offset += 1
  }

  private mutating func skipBlanks() {
    while let next = peek() {
      if next == "#" {
        while let rest = peek(), !rest.isNewline { take() }
      } else if next == "," || next.isWhitespace && !next.isNewline {
        take()
      } else {
        return
      }
    }
  }

  private mutating func word(_ place: FaultPlace) -> FaultToken {
    var text = ""
    while let next = peek(), next.isLetter {
      text.append(next)
      take()
    }
    return FaultToken(kind: .word(text.lowercased()), text: text, place: place)
  }

  private mutating func number(_ place: FaultPlace) throws(FaultPlanError) -> FaultToken {
    var text = ""
    while let next = peek(), next.isASCII, next.isNumber || next == "." {
      text.append(next)
      take()
    }
    guard let value = Double(text), value.isFinite else {
      throw FaultPlanError(place, "\(text) is no number", hint: "such as 3 or 0.5")
    }
    return FaultToken(kind: .number(value), text: text, place: place)
  }

  private mutating func symbol(_ first: Character, _ place: FaultPlace) throws(FaultPlanError) -> FaultToken {
    let second = peek(1)
    let kind: FaultToken.Kind
    switch first {
    case "%": kind = .percent
    case "±": kind = .plusMinus
    case "+" where second == "-": kind = .plusMinus
    case "-" where second == ">": kind = .arrow
    case "-": kind = .dash
    default:
      throw FaultPlanError(
        place, "\(first) means nothing here", hint: "statements are words, numbers, %, -, -> and ±")
    }
    let length = (kind == .plusMinus && first == "+") || kind == .arrow ? 2 : 1
    var text = ""
    for _ in 0..<length {
      text.append(characters[offset])
      take()
    }
    return FaultToken(kind: kind, text: text, place: place)
  }
}
