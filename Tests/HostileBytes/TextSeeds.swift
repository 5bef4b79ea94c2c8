import CZlib

/// Small files of every format that ratings come in, as text and packed, with and without item files.
enum TextSeeds {
  static let stars = "user,item,rating,time\nu1,a,5,10\nu1,b,4,11\nu1,c,1,12\nu2,a,3,10\nu2,c,2,9\nu3,b,5,1\nu3,d,1,2\n"
  static let halves =
    "user,item,rating,time\n1,7,0.5,2001-02-03\n1,8,-1e1,2001-02-03 04:05:06\n2,7,3.25,7.5\n2,9,0,-1\n"
  static let unrated = "user,item\n1,7\n1,8\n2,7\n2,9\n2,10\n"

  static func inputs(for target: FuzzTarget) -> [[UInt8]] {
    let texts: [[String]]
    switch target {
    case .ncf:
      let train = "0\t0\t5\t100\n0\t1\t4\t101\n1\t2\t3\t102\n2\t0\t1\t103\n"
      let test = "0\t2\t3\t110\n1\t0\t5\t111\n2\t3\t4\t112\n"
      let negative = "(0,2)\t3\t4\n(1,0)\t3\t4\n(2,3)\t1\t2\n"
      let titles = "7::A (1995)::Drama|War\n8::B::\n"
      texts = [
        [train, test, negative], [train, test, negative, titles, "0\t7\n1\t8\n2\tx\n3\ty\n4\tz\n"],
        ["0\t0\n0\t1\n1\t1\n", "0\t2\n", "(0,2)\t3\n"],
      ]
    case .movielens:
      // Users, items, ratings, times: the second user comes last, so that any split leaves something to test on.
      let lines = [(1, 10, 5, 1), (1, 20, 3, 2), (1, 30, 1, 3), (2, 10, 4, 7), (2, 40, 2, 8), (2, 50, 1, 9)]
      func text(_ separator: String) -> String {
        lines.map { "\($0)\(separator)\($1)\(separator)\($2)\(separator)\($3)\n" }.joined()
      }
      texts = [
        [text("::"), "10::Å::Drama\n20::B::A|B\n"], [text("\t"), pipes],
        ["userId,movieId,rating,timestamp\n" + text(","), columns],
      ]
    case .netflix:
      let blocks =
        "1:\n30,5,2005-09-06\n40,3,2006-01-02\n2:\n30,1,2003-02-01\n3:\n40,2,2006-02-02\n30,4,2004-01-01\n"
        + "4:\n40,1,2006-03-03\n"
      texts = [[blocks, "1,2003,A, or B\n2,NULL,C\n"]]
    case .csv:
      let quoted =
        "user,item,rating,time\n\"a \"\"b\"\"\",\"x,\ny\",1,2\n\"a \"\"b\"\"\",z,2,3\nc,z,3,4\r\nc,w,3,5\nc,v,3,6\n"
      texts = [[stars, "id,title\na,\"T, &amp; U\"\nb,V\n"], [halves], [quoted, "name,id\n&#65;,z\n"]]
    case .frames, .links, .server, .worker, .coordinator, .sections, .checkpoint, .container, .model, .plan:
      preconditionFailure("\(target) reads no text")
    }
    let plain = texts.map { join($0.map { Array($0.utf8) }) }
    return plain + texts.prefix(1).map { join($0.map { packed(Array($0.utf8)) }) }
  }

  private static let pipes = "10|A|1-1-1995||u|" + (0..<19).map { $0 == 1 ? "1" : "0" }.joined(separator: "|") + "\n"
  private static let columns = "movieId,title,genres\n10,\"A, B\",Drama|War\n20,C,(no genres listed)\n"

  private static func join(_ files: [[UInt8]]) -> [UInt8] { Array(files.joined(separator: TextFiles.separator)) }

  /// The bytes as gzip packs them.
  private static func packed(_ bytes: [UInt8]) -> [UInt8] {
    let file = MemoryFile()
    // Safety: the paths are terminated strings for the call, zlib reads exactly the bytes, and the file is closed once.
    guard let stream = unsafe gzopen(file.path, "wb9") else { preconditionFailure("no gzip") }
    let written = unsafe bytes.withUnsafeBytes { unsafe gzwrite(stream, $0.baseAddress, UInt32($0.count)) }
    let closed = unsafe gzclose(stream)
    precondition(Int(written) == bytes.count && closed == Z_OK, "\(written) of \(bytes.count) bytes packed")
    return file.contents
  }
}
