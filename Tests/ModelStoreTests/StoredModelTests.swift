import Foundation
import ModelStore
import Plan
import TestSupport
import Testing

@Suite struct StoredModelTests {
  @Test(arguments: ModelKind.allCases, [false, true])
  func readsBackWhatWasWritten(kind: ModelKind, biases: Bool) throws {
    let folder = try TemporaryFolder()
    let model = try SmallModel.make(kind, biases: biases)
    try model.write(in: folder.url.path)
    let copy = try StoredModel(run: folder.url.path)
    #expect(SmallModel.bits(copy) == SmallModel.bits(model))
    #expect(copy.users == model.users && copy.items == model.items && copy.descriptions == model.descriptions)
    #expect(copy.digest == model.digest && copy.config.digest == model.digest)
    #expect(copy.shape == model.shape && copy.config.data == model.config.data && copy.config.epochs == 3)
    #expect(copy.items.row(of: "30") == 2 && copy.items.row(of: "31") == nil)
    #expect(try folder.names == ["model"])
  }

  @Test(arguments: RatingNormalization.allCases)
  func keepsWhatTheScoresOfRatingsStandFor(normalization: RatingNormalization) throws {
    let ratings = RatingNormalizer(
      scheme: RatingScheme(
        normalization: normalization, mean: 3.1, minimum: 0.5, maximum: 5, levels: [0.5, 3, 5], rounds: true),
      userMeans: [1, 2, 3, 4, 5], itemMeans: [1.5, 2.5, 3.5, 4.5], userRatings: [7, 0, 9, 10, 11])
    let folder = try TemporaryFolder()
    let model = try SmallModel.make(.mf, ratings: ratings)
    try model.write(in: folder.url.path)
    let copy = try StoredModel(run: folder.url.path)
    #expect(copy.ratings == ratings && copy.config.ratings == ratings.scheme)
    // The means follow from the data; the digest is that of what was learnt.
    #expect(try copy.digest == SmallModel.make(.mf).digest)
  }

  @Test(arguments: ModelKind.allCases)
  func keepsTheRowsOfFeatures(kind: ModelKind) throws {
    let folder = try TemporaryFolder()
    let model = try SmallModel.make(kind, features: 3)
    try model.write(in: folder.url.path)
    let copy = try StoredModel(run: folder.url.path)
    #expect(SmallModel.bits(copy) == SmallModel.bits(model) && copy.featureNames == ["genre=0", "genre=1", "genre=2"])
    #expect(copy.digest == model.digest)
    #expect(try copy.digest != SmallModel.make(kind).digest)
  }

  @Test func replacesTheModelBefore() throws {
    let folder = try TemporaryFolder()
    try SmallModel.make(.neumf, seed: 1).write(in: folder.url.path)
    let model = try SmallModel.make(.gmf, seed: 2)
    try model.write(in: folder.url.path)
    #expect(try StoredModel(run: folder.url.path).digest == model.digest)
    #expect(try folder.names == ["model"])
  }

  @Test func readsThePredecessorWhereAReplacementBrokeOff() throws {
    let folder = try TemporaryFolder()
    let model = try SmallModel.make(.neumf)
    try model.write(in: folder.url.path)
    try FileManager.default.moveItem(atPath: folder.path("model"), toPath: folder.path("model.previous"))
    try FileManager.default.createDirectory(
      atPath: folder.path("model.partial-4194305"), withIntermediateDirectories: true)
    #expect(try StoredModel(run: folder.url.path).digest == model.digest)
    try model.write(in: folder.url.path)
    #expect(try folder.names == ["model"])
  }

  /// What reading a model says after one of its files was changed; nil if nothing.
  private func refusal(
    _ kind: ModelKind = .neumf, file: String, _ change: (inout Data) throws -> Void
  ) throws -> ModelStoreError? {
    let folder = try TemporaryFolder()
    try SmallModel.make(kind).write(in: folder.url.path)
    let url = folder.url.appendingPathComponent("model/\(file)")
    var bytes = try Data(contentsOf: url)
    try change(&bytes)
    try bytes.write(to: url)
    do throws(ModelStoreError) {
      _ = try StoredModel(run: folder.url.path)
      return nil
    } catch {
      #expect(error.path == url.path)
      return error
    }
  }

  private func replacing(_ old: String, _ new: String) -> (inout Data) throws -> Void {
    { bytes in
      let range = try #require(bytes.range(of: Data(old.utf8)))
      bytes.replaceSubrange(range, with: Data(new.utf8))
    }
  }

  @Test(arguments: [
    (#""F32""#, #""F16""#, "type F16"),
    (#""shape":[5,3]"#, #""shape":[3,5]"#, "shape [3, 5]"),
    (#""data_offsets":[0,60]"#, #""data_offsets":[4,64]"#, "begin at byte 0"),
    (#""data_offsets":[0,60]"#, #""data_offsets":[0,99]"#, "stands at [0, 99]"),
    (#""data_offsets":[0,60]"#, #""data_offsets":[-9,9]"#, "stands at"),
    (#""data_offsets":[0,60]"#, #""data_offsets":[0,60,9]"#, "stands at"),
    (#""user.gmf""#, #""user.gmx""#, "no tensor user.gmf"),
    (#"{"__metadata__"#, #"["__metadata__"#, "header"),
    (#"{"__metadata__"#, #"{"__matadata__"#, "header"),
  ])
  func namesWhatIsWrongInTheTensorsHeader(old: String, new: String, problem: String) throws {
    let error = try #require(
      try refusal(file: "model.safetensors") { bytes in
        try replacing(old, new)(&bytes)
        let count = Int(bytes[0]) + Int(bytes[1]) * 256 + new.utf8.count - old.utf8.count
        bytes[0] = UInt8(count % 256)
        bytes[1] = UInt8(count / 256)
      })
    #expect(error.kind == .damaged && error.problem.contains(problem), "\(error)")
  }

  @Test func namesTornAndChangedTensors() throws {
    for count in [0, 7, 8, 100, 700] {
      let error = try #require(try refusal(file: "model.safetensors") { $0 = $0.prefix(count) })
      #expect(error.kind == .damaged, "\(count) bytes")
    }
    let longer = try #require(try refusal(file: "model.safetensors") { $0.append(0) })
    #expect(longer.problem.contains("behind the last tensor"))
    let flipped = try #require(try refusal(file: "model.safetensors") { $0[$0.count - 5] ^= 1 })
    #expect(flipped.problem.contains("digest") && flipped.hint != nil)
    let large = try #require(try refusal(file: "model.safetensors") { $0[7] = 0x7F })
    #expect(large.problem.contains("a header of"))
  }

  @Test func takesChangedTensorsWithoutADigest() throws {
    let folder = try TemporaryFolder()
    let model = try SmallModel.make(.gmf)
    try model.write(in: folder.url.path)
    let config = folder.url.appendingPathComponent("model/config.json")
    var json = try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: config)) as? [String: Any])
    json["digest"] = nil
    try JSONSerialization.data(withJSONObject: json).write(to: config)
    let tensors = folder.url.appendingPathComponent("model/model.safetensors")
    var bytes = try Data(contentsOf: tensors)
    bytes[bytes.count - 5] ^= 1
    try bytes.write(to: tensors)
    #expect(try StoredModel(run: folder.url.path).digest != model.digest)
  }

  @Test(arguments: [
    ("config.json", #""factors" : 3"#, #""factors" : 0"#, "factors: 0"),
    ("config.json", #""factors" : 3"#, #""fuctors" : 3"#, "\"factors\""),
    ("config.json", #""users" : 5"#, #""users" : -5"#, "-5 users"),
    ("config.json", #""formatVersion" : 1"#, #""formatVersion" : 9"#, "format 9"),
    ("config.json", "{", "", "config"),
    ("users.tsv", "1\t2\n", "1\t1\n", "same id 1"),
    ("users.tsv", "1\t2\n", "", "expected row 1"),
    ("users.tsv", "row\tid", "row\tname", "heading"),
    ("users.tsv", "4\tü\n", "", "4 rows of 5"),
    ("users.tsv", "4\tü\n", "4\tü\n5\tz\n", "more than 5"),
    ("items.tsv", "1\t20\t\t", "1\t20\t", "4 fields, found 3"),
  ])
  func namesTheLineThatIsWrong(file: String, old: String, new: String, problem: String) throws {
    let error = try #require(try refusal(file: file, replacing(old, new)))
    #expect(error.kind == .damaged && error.problem.contains(problem), "\(error)")
  }

  @Test func namesBytesThatAreNoText() throws {
    let error = try #require(try refusal(file: "users.tsv") { $0[8] = 0xFF })
    #expect(error.line == 2 && error.problem.contains("UTF-8"))
  }

  @Test func namesAMissingModel() throws {
    let folder = try TemporaryFolder()
    do throws(ModelStoreError) {
      _ = try StoredModel(run: folder.url.path)
      Issue.record("read a model that is not there")
    } catch {
      #expect(error.kind == .missing && error.path == folder.path("model/config.json") && error.hint != nil)
    }
  }
}
