import Plan

/// A named tensor of the exported model, and where its values stand in the canonical rows and dense vector.
struct ModelTensor: Equatable {
  enum Source: Equatable {
    /// Some columns of every row.
    case userColumns(Range<Int>)
    case itemColumns(Range<Int>)
    case featureColumns(Range<Int>)
    /// What a model of ratings adds to its scores.
    case ratings(WritableKeyPath<CanonicalParameters, [Float]>)
    /// A dense matrix `[inputs × outputs]`, exported with its axes exchanged, as PyTorch has them.
    case transposed(DenseBlock)
    /// Runs of the dense vector, one behind the other.
    case dense([Range<Int>])
  }

  let name: String
  let shape: [Int]
  let source: Source

  var count: Int { shape.reduce(1, *) }

  /// All tensors of a model, in their order in the file: `user.gmf`, `user.mlp` and `user.bias`, the same of items
  /// (with what their features add) and of the features,
  /// then `mlp.N.weight [out × in]`, `mlp.N.bias` and the learned `mlp.N.slope`, `output.weight [1 × predictive
  /// factors]` and `output.bias`, each where the model has it. The factors of `mf` go by the name of `gmf`. A model of
  /// ratings has `user.mean`, `item.mean` and `user.ratings` besides: each one's mean and how many a user gave.
  static func all(
    of shape: NetworkShape, users: Int, items: Int, features: Int = 0, ratings: Bool = false
  ) -> [ModelTensor] {
    var tensors: [ModelTensor] = []
    let parts = [("gmf", 0, shape.factors), ("mlp", shape.factors, shape.embedding)]
    for (side, rows, source) in [
      ("user", users, Source.userColumns), ("item", items, Source.itemColumns),
      ("feature", features, Source.featureColumns),
    ] where side != "feature" || rows > 0 {
      for (part, first, width) in parts where width > 0 {
        tensors.append(
          ModelTensor(name: "\(side).\(part)", shape: [rows, width], source: source(first..<first + width)))
      }
      guard shape.hasRowBias else { continue }
      let bias = shape.rowWidth - 1
      tensors.append(ModelTensor(name: "\(side).bias", shape: [rows], source: source(bias..<bias + 1)))
    }
    var output: [Range<Int>] = []
    for block in shape.denseBlocks {
      switch block.role {
      case .hiddenWeight:
        tensors.append(
          ModelTensor(name: block.name, shape: [block.outputs, block.inputs], source: .transposed(block)))
      case .hiddenBias, .hiddenSlope:
        tensors.append(ModelTensor(name: block.name, shape: [block.outputs], source: .dense([block.range])))
      case .outputFactors, .outputTower: output.append(block.range)
      case .outputBias:
        if !output.isEmpty {
          let width = output.reduce(0) { $0 + $1.count }
          tensors.append(ModelTensor(name: "output.weight", shape: [1, width], source: .dense(output)))
        }
        tensors.append(ModelTensor(name: block.name, shape: [1], source: .dense([block.range])))
      }
    }
    guard ratings else { return tensors }
    return tensors + [
      ModelTensor(name: "user.mean", shape: [users], source: .ratings(\.userMeans)),
      ModelTensor(name: "item.mean", shape: [items], source: .ratings(\.itemMeans)),
      ModelTensor(name: "user.ratings", shape: [users], source: .ratings(\.userRatings)),
    ]
  }
}

/// A model's parameters in canonical order: what `ModelTensor`s are cut from, and put together to.
struct CanonicalParameters {
  let rowWidth: Int
  var userRows: [Float]
  var itemRows: [Float]
  var featureRows: [Float] = []
  var dense: [Float]
  /// What a model of ratings adds to its scores (see `RatingNormalizer`).
  var userMeans: [Float] = []
  var itemMeans: [Float] = []
  var userRatings: [Float] = []

  /// A tensor's values, `[count]`.
  func values(of tensor: ModelTensor) -> [Float] {
    switch tensor.source {
    case .userColumns(let columns): Self.columns(columns, of: userRows, rowWidth)
    case .itemColumns(let columns): Self.columns(columns, of: itemRows, rowWidth)
    case .featureColumns(let columns): Self.columns(columns, of: featureRows, rowWidth)
    case .transposed(let block):
      (0..<block.count).map { dense[block.offset + $0 % block.inputs * block.outputs + $0 / block.inputs] }
    case .dense(let ranges): ranges.flatMap { dense[$0] }
    case .ratings(let values): self[keyPath: values]
    }
  }

  /// Puts a tensor's values where they belong.
  mutating func place(_ values: Span<Float>, of tensor: ModelTensor) {
    precondition(values.count == tensor.count, "\(values.count) values of \(tensor.name) \(tensor.shape)")
    switch tensor.source {
    case .userColumns(let columns): Self.place(values, in: columns, of: &userRows, rowWidth)
    case .itemColumns(let columns): Self.place(values, in: columns, of: &itemRows, rowWidth)
    case .featureColumns(let columns): Self.place(values, in: columns, of: &featureRows, rowWidth)
    case .transposed(let block):
      for index in 0..<block.count {
        dense[block.offset + index % block.inputs * block.outputs + index / block.inputs] = values[index]
      }
    case .ratings(let place): self[keyPath: place] = values.indices.map { values[$0] }
    case .dense(let ranges):
      var next = 0
      for place in ranges.joined() {
        dense[place] = values[next]
        next += 1
      }
    }
  }

  private static func columns(_ columns: Range<Int>, of rows: [Float], _ rowWidth: Int) -> [Float] {
    var values: [Float] = []
    values.reserveCapacity(rows.count / rowWidth * columns.count)
    for start in stride(from: 0, to: rows.count, by: rowWidth) {
      values.append(contentsOf: rows[start + columns.lowerBound..<start + columns.upperBound])
    }
    return values
  }

  private static func place(_ values: Span<Float>, in columns: Range<Int>, of rows: inout [Float], _ rowWidth: Int) {
    var next = 0
    for start in stride(from: 0, to: rows.count, by: rowWidth) {
      for column in columns {
        rows[start + column] = values[next]
        next += 1
      }
    }
  }
}
