import Foundation
import Glibc
import HostileBytes

// libFuzzer around one of the decoders: `neumf-fuzz TARGET [libFuzzer's options and folders]`, or
// `neumf-fuzz seeds FOLDER`, which writes the inputs to begin from.

let arguments = CommandLine.arguments
guard arguments.count > 1 else {
  print("neumf-fuzz \(FuzzTarget.allCases.map(\.rawValue).joined(separator: "|")) [OPTIONS] [CORPUS…]")
  print("neumf-fuzz seeds FOLDER")
  exit(64)
}

if arguments[1] == "seeds", arguments.count == 3 {
  try writeSeeds(into: arguments[2])
} else if let target = FuzzTarget(rawValue: arguments[1]) {
  exit(Fuzzer.run(target, arguments: [arguments[0]] + arguments.dropFirst(2)))
} else {
  print("neumf-fuzz: no decoder \(arguments[1])")
  exit(64)
}

func writeSeeds(into folder: String) throws {
  for target in FuzzTarget.allCases {
    let place = URL(filePath: folder).appending(path: target.rawValue)
    try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    for (index, input) in try Seeds.inputs(for: target).enumerated() {
      try Data(input).write(to: place.appending(path: "seed-\(index)"))
    }
  }
}
