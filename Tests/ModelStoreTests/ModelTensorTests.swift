import Plan
import Testing

@testable import ModelStore

@Suite struct ModelTensorTests {
  private func tensors(_ kind: ModelKind) -> [ModelTensor] {
    ModelTensor.all(of: NetworkShape(model: kind, factors: 2, layers: [6, 4, 3]), users: 10, items: 20)
  }

  @Test func namesTheTensorsOfEachModel() {
    #expect(
      tensors(.neumf).map { "\($0.name) \($0.shape)" } == [
        "user.gmf [10, 2]", "user.mlp [10, 3]", "item.gmf [20, 2]", "item.mlp [20, 3]", "mlp.0.weight [4, 6]",
        "mlp.0.bias [4]", "mlp.1.weight [3, 4]", "mlp.1.bias [3]", "output.weight [1, 5]", "output.bias [1]",
      ])
    #expect(
      tensors(.gmf).map { "\($0.name) \($0.shape)" } == [
        "user.gmf [10, 2]", "item.gmf [20, 2]", "output.weight [1, 2]", "output.bias [1]",
      ])
    #expect(
      tensors(.mlp).map { "\($0.name) \($0.shape)" } == [
        "user.mlp [10, 3]", "item.mlp [20, 3]", "mlp.0.weight [4, 6]", "mlp.0.bias [4]", "mlp.1.weight [3, 4]",
        "mlp.1.bias [3]", "output.weight [1, 3]", "output.bias [1]",
      ])
    #expect(
      tensors(.mf).map { "\($0.name) \($0.shape)" } == [
        "user.gmf [10, 2]", "user.bias [10]", "item.gmf [20, 2]", "item.bias [20]", "output.bias [1]",
      ])
    let biased = NetworkShape(model: .mlp, factors: 2, layers: [6], biases: true)
    #expect(
      ModelTensor.all(of: biased, users: 10, items: 20).map { "\($0.name) \($0.shape)" } == [
        "user.mlp [10, 3]", "user.bias [10]", "item.mlp [20, 3]", "item.bias [20]", "output.weight [1, 6]",
        "output.bias [1]",
      ])
  }

  @Test func exchangesTheAxesOfHiddenWeights() throws {
    let shape = NetworkShape(model: .mlp, factors: 1, layers: [2, 3])
    // [2 inputs × 3 outputs], 3 biases, 3 output weights, 1 output bias
    let parameters = CanonicalParameters(
      rowWidth: 1, userRows: [7], itemRows: [8], dense: [1, 2, 3, 4, 5, 6, 10, 20, 30, 40, 50, 60, 70])
    let tensors = ModelTensor.all(of: shape, users: 1, items: 1)
    let weight = try #require(tensors.first { $0.name == "mlp.0.weight" })
    #expect(parameters.values(of: weight) == [1, 4, 2, 5, 3, 6])
    let output = try #require(tensors.first { $0.name == "output.weight" })
    #expect(parameters.values(of: output) == [40, 50, 60])
  }

  @Test(arguments: ModelKind.allCases)
  func coversEveryParameterOnce(kind: ModelKind) {
    let shape = NetworkShape(model: kind, factors: 2, layers: [6, 4, 3])
    let tensors = tensors(kind)
    #expect(tensors.reduce(0) { $0 + $1.count } == 30 * shape.rowWidth + shape.denseCount)
    let users = (0..<10 * shape.rowWidth).map { Float($0) }
    let items = (0..<20 * shape.rowWidth).map { Float($0) + 1000 }
    let dense = (0..<shape.denseCount).map { Float($0) + 5000 }
    let parameters = CanonicalParameters(rowWidth: shape.rowWidth, userRows: users, itemRows: items, dense: dense)
    var copy = CanonicalParameters(
      rowWidth: shape.rowWidth, userRows: users.map { _ in -1 }, itemRows: items.map { _ in -1 },
      dense: dense.map { _ in -1 })
    for tensor in tensors { copy.place(parameters.values(of: tensor).span, of: tensor) }
    #expect(copy.userRows == users && copy.itemRows == items && copy.dense == dense)
  }

  @Test func padsTheHeaderToEightBytes() {
    let header = Safetensors.header(of: tensors(.mf))
    #expect(header.count % 8 == 0)
    #expect(Int(header[0]) + Int(header[1]) * 256 == header.count - 8)
    let text = String(decoding: header.dropFirst(8), as: UTF8.self)
    #expect(
      text.hasPrefix(
        #"{"__metadata__":{"format":"pt"},"user.gmf":{"dtype":"F32","shape":[10,2],"data_offsets":[0,80]},"#))
  }
}
