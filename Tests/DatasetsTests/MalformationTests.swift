import Testing

@testable import Datasets

@Suite struct MalformationTests {
  @Test(
    arguments: [
      ([], "nothing"), (Array("1::2".utf8), #""1::2""#), ([9, 10, 13, 34, 92, 0, 200], #""\t\n\r\"\\\x00\xc8""#),
      (Array(repeating: 65, count: 90), "\"\(String(repeating: "A", count: 80))\" and 10 bytes more"),
    ] as [([UInt8], String)])
  func showsWhatStoodThere(bytes: [UInt8], text: String) {
    let malformation = Malformation(expected: "x", found: bytes.span)
    #expect(malformation.found == text)
  }
}
