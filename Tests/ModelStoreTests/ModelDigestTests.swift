import ModelStore
import Testing

@Suite struct ModelDigestTests {
  /// hashlib.sha256(struct.pack("<6f", 1, -2, 0.5, 3, 0, 1e-3)).hexdigest()
  private let expected = "7e7123a0d52e7023179042960377430c7e50883cb20efc93a202a8be39f7a918"

  private func digest(_ parts: [Float]...) -> String {
    var digest = ModelDigest()
    for part in parts { digest.update(part.span) }
    return digest.finish()
  }

  @Test func hashesTheFloatsOneBehindTheOther() {
    #expect(digest([1], [], [-2, 0.5], [3, 0, 1e-3]) == expected)
    #expect(digest([1, -2, 0.5, 3, 0, 1e-3]) == expected)
  }

  @Test func tellsTheSignOfZero() {
    #expect(digest([0]) != digest([-0.0]))
  }
}
