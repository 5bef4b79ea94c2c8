/// The names of the sections of a prepared container.
///
/// Training comes twice, whole and without the validation items, so that either is mapped as it is and neither is built
/// in memory.
enum DatasetSections {
  static let kind = "neumf-data"
  /// The value of each rating code, f32; absent where ratings are floats, or are none.
  static let levels = "rating.levels"

  /// Offsets u64 `[users + 1]`, items u32, and ratings as codes u8 or as values f32.
  struct Matrix {
    let prefix: String
    var offsets: String { "\(prefix).offsets" }
    var items: String { "\(prefix).items" }
    var codes: String { "\(prefix).codes" }
    var ratings: String { "\(prefix).ratings" }
  }

  /// All that is not held out for the test.
  static let training = Matrix(prefix: "training")
  /// The same without the validation items.
  static let fitting = Matrix(prefix: "fitting")

  /// Users u32, items u32, negatives u32 `[cases × negatives]`.
  struct Cases {
    let prefix: String
    var users: String { "\(prefix).users" }
    var items: String { "\(prefix).items" }
    var negatives: String { "\(prefix).negatives" }
  }

  static let test = Cases(prefix: "test")
  static let validation = Cases(prefix: "validation")

  /// Users u32, items u32, ratings f32; absent without ratings.
  struct Rated {
    let prefix: String
    var users: String { "\(prefix).users" }
    var items: String { "\(prefix).items" }
    var ratings: String { "\(prefix).ratings" }
  }

  static let testRatings = Rated(prefix: "test-ratings")
  static let validationRatings = Rated(prefix: "validation-ratings")

  /// Offsets u64 `[count + 1]`, UTF-8 bytes, and for ids the rows in the order of their bytes, u32.
  struct Texts {
    let prefix: String
    var offsets: String { "\(prefix).offsets" }
    var bytes: String { "\(prefix).bytes" }
    var order: String { "\(prefix).order" }
  }

  static let userIDs = Texts(prefix: "user-ids")
  static let itemIDs = Texts(prefix: "item-ids")
  /// Offsets u32 `[items + 1]`, features u32, weights f32; absent without features.
  enum Features {
    static let offsets = "features.offsets"
    static let indices = "features.indices"
    static let weights = "features.weights"
  }

  static let featureNames = Texts(prefix: "feature-names")
  static let titles = Texts(prefix: "titles")
  static let genres = Texts(prefix: "genres")
}
