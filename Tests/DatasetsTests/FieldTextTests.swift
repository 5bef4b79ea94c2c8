import Testing

@testable import Datasets

@Suite struct FieldTextTests {
  @Test(
    arguments: [
      ("0", 0), ("7", 7), ("007", 7), ("123456789012345678", 123_456_789_012_345_678), ("", nil),
      ("1234567890123456789", nil),
      ("-1", nil), ("1a", nil), ("/", nil), (":", nil), (" 1", nil),
    ] as [(String, UInt64?)])
  func readsNumbers(text: String, number: UInt64?) {
    let found = FieldText.number(Array(text.utf8).span)
    #expect(found == number)
  }

  @Test(
    arguments: [
      ("5", 5), ("0", 0), ("3.5", 3.5), ("-1", -1), ("+2", 2), (".5", 0.5), ("1e2", 100), ("10", 10), ("", nil),
      ("nan", nil),
      ("inf", nil), ("0x10", nil), ("x", nil), ("1e99", nil), ("five", nil), ("3,5", nil),
    ] as [(String, Float?)])
  func readsRatings(text: String, rating: Float?) {
    let found = FieldText.rating(Array(text.utf8).span)
    #expect(found == rating)
  }

  @Test(
    arguments: [
      ("978300760", 978_300_760), ("0", 0), ("1577836800000", 1_577_836_800_000), ("-5", -5), ("12.75", 12),
      ("-12.75", -12),
      ("1970-01-01", 0), ("2005-09-06", 1_125_964_800), ("2000-02-29", 951_782_400), ("1969-12-31", -86_400),
      ("2005-09-06 12:30", 1_126_009_800), ("2005-09-06T12:30:05Z", 1_126_009_805),
      ("2005-09-06 12:30:05.123", 1_126_009_805),
      ("", nil), ("-", nil), ("12.x", nil), ("2005-13-01", nil), ("2005-00-01", nil), ("2005-01-32", nil),
      ("2005-09-0", nil),
      ("2005-09-06 25:00", nil), ("2005-09-06x", nil), ("yesterday", nil), ("2005/09/06", nil),
    ] as [(String, Int64?)])
  func readsTimes(text: String, time: Int64?) {
    let found = FieldText.time(Array(text.utf8).span)
    #expect(found == time)
  }
}
