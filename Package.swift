// swift-tools-version: 6.2
import Foundation
import PackageDescription

// Every module and every import that is allowed, on one screen.
// `swift build --explicit-target-dependency-import-check error` makes the arrows real.

/// The widest vector instructions that this machine has; `NEUMF_VECTORS=portable|v3|v4` overrides.
let vectors: String = {
  if let asked = ProcessInfo.processInfo.environment["NEUMF_VECTORS"] { return asked }
  let flags = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
  let words = Set(flags.split(whereSeparator: \.isWhitespace))
  guard words.isSuperset(of: ["avx2", "fma", "bmi2"]) else { return "portable" }
  return words.isSuperset(of: ["avx512f", "avx512bw", "avx512dq", "avx512vl"]) ? "v4" : "v3"
}()

let strict: [SwiftSetting] = [
  .strictMemorySafety(),
  .enableExperimentalFeature("Lifetimes"),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
]

/// Modules whose loops over floats decide the speed: built for the vectors that were found. `FUSED` means that there
/// is a fused multiply-add, `WIDE` that 32 registers of 512 bits hold larger tiles; neither changes which operations
/// make a result.
let numeric: [SwiftSetting] =
  strict
  + (vectors == "portable"
    ? [] : [.define("FUSED"), .unsafeFlags(["-Xcc", "-march=x86-64-\(vectors)", "-Xcc", "-fno-math-errno"])])
  + (vectors == "v4" ? [.define("WIDE")] : [])

func shared(_ name: String, _ needs: [Target.Dependency] = [], settings: [SwiftSetting] = strict) -> Target {
  .target(name: name, dependencies: needs, path: "Sources/Shared/\(name)", swiftSettings: settings)
}

func role(_ name: String, _ part: String, _ needs: [Target.Dependency], settings: [SwiftSetting] = strict) -> Target {
  .target(name: "\(name)\(part)", dependencies: needs, path: "Sources/\(name)/\(part)", swiftSettings: settings)
}

func tests(_ name: String, _ needs: [Target.Dependency], resources: [Resource] = []) -> Target {
  .testTarget(name: name, dependencies: needs, path: "Tests/\(name)", resources: resources, swiftSettings: strict)
}

let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let protobuf: Target.Dependency = .product(name: "SwiftProtobuf", package: "swift-protobuf")

let package = Package(
  name: "neumf",
  products: [.executable(name: "neumf", targets: ["neumf"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    // Its default traits reach the compiler in random order, so that it would be built anew now and then.
    .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0", traits: []),
  ],
  targets: [
    .systemLibrary(name: "CZeroMQ", path: "Sources/Shared/CZeroMQ"),
    .systemLibrary(name: "CPrefetch", path: "Sources/Shared/CPrefetch"),
    .systemLibrary(name: "CSharedMemory", path: "Sources/Shared/CSharedMemory"),
    .systemLibrary(name: "CZlib", path: "Sources/Shared/CZlib"),
    .systemLibrary(name: "CSodium", path: "Sources/Shared/CSodium"),

    shared("ZeroMQ", ["CZeroMQ"]),
    shared("Plan"),
    shared("Wire", ["Plan"]),
    shared("Faults", ["Plan"]),
    shared("Kernels", settings: numeric),
    shared("SharedMemory", ["CSharedMemory"]),
    shared("Links", ["ZeroMQ", "SharedMemory", "Wire", "Plan"]),
    shared("NeuralCF", ["Plan", "Kernels"], settings: numeric),
    shared("Tables", ["Plan", "Kernels", "CPrefetch"], settings: numeric),
    shared("Reduction", ["Plan", "Kernels"], settings: numeric),
    shared("SectionFile", ["CZlib"]),
    shared("Interactions", ["Plan", "CPrefetch"]),
    shared("Datasets", ["Plan", "Interactions", "SectionFile", "CZlib"]),
    shared("Ranking", ["Plan", "Kernels", "NeuralCF", "Interactions"], settings: numeric),
    shared("ModelStore", ["Plan", "Faults", "SectionFile", "Tables", "CSodium"]),
    shared("Telemetry", ["Plan", logging, protobuf]),

    role("Coordinator", "Core", ["Plan", "Wire", "Ranking"]),
    role("ParamServer", "Core", ["Plan", "Wire", "Kernels", "Tables", "Reduction"], settings: numeric),
    role(
      "Worker", "Core", ["Plan", "Wire", "Kernels", "Tables", "Reduction", "NeuralCF", "Ranking", "Interactions"],
      settings: numeric),
    role(
      "Coordinator", "Program",
      [
        "CoordinatorCore", "Plan", "Faults", "Wire", "ZeroMQ", "Links", "Interactions", "Datasets", "ModelStore",
        "Tables", "Ranking", "Telemetry", logging,
      ]),
    role("ParamServer", "Program", ["ParamServerCore", "Plan", "Wire", "ZeroMQ", "Links", "Telemetry", logging]),
    role(
      "Worker", "Program",
      ["WorkerCore", "Plan", "Wire", "ZeroMQ", "Links", "Interactions", "Datasets", "Telemetry", logging]),

    .executableTarget(
      name: "neumf",
      dependencies: [
        "CoordinatorCore", "CoordinatorProgram", "ParamServerProgram", "WorkerProgram", "Plan", "Wire", "Faults",
        "Links", "ZeroMQ", "Interactions", "Datasets", "Ranking", "NeuralCF", "ModelStore", "Telemetry", arguments,
        logging,
      ], path: "Sources/Command", swiftSettings: strict),

    // It measures the modules themselves, which a package of its own could not see.
    .executableTarget(
      name: "neumf-bench",
      dependencies: [
        "ParamServerCore", "WorkerCore", "NeuralCF", "Interactions", "Datasets", "Kernels", "Plan", "Tables",
        "Telemetry", "Wire", "ZeroMQ", arguments,
      ], path: "Benchmarks/Bench", swiftSettings: numeric),

    tests("ZeroMQTests", ["ZeroMQ", "CZeroMQ", "TestSupport"]),
    tests("PlanTests", ["Plan"]),
    tests("WireTests", ["Wire", "Plan"]),
    tests("FaultsTests", ["Faults", "Plan"]),
    tests("LinksTests", ["Links", "SharedMemory", "Wire"]),
    tests("KernelsTests", ["Kernels"]),
    tests("NeuralCFTests", ["NeuralCF", "Plan", "Kernels"], resources: [.copy("Golden")]),
    tests("TablesTests", ["Tables", "Plan", "Kernels"], resources: [.copy("Golden")]),
    tests("ReductionTests", ["Reduction", "Plan", "Kernels"]),
    tests("SectionFileTests", ["SectionFile", "TestSupport"]),
    tests("InteractionsTests", ["Interactions", "Plan"]),
    tests("DatasetsTests", ["Datasets", "Interactions", "SectionFile", "Plan", "CZlib", "TestSupport"]),
    tests("RankingTests", ["Ranking", "NeuralCF", "Interactions", "Plan", "Kernels"]),
    tests("ModelStoreTests", ["ModelStore", "Faults", "SectionFile", "Tables", "Plan", "TestSupport"]),
    tests("TelemetryTests", ["Telemetry", "Plan", "TestSupport", logging]),
    tests("CoordinatorCoreTests", ["CoordinatorCore", "Plan", "Wire"]),
    tests("ParamServerCoreTests", ["ParamServerCore", "Plan", "Wire", "Tables"]),
    tests("WorkerCoreTests", ["Simulation", "WorkerCore", "Plan", "Wire", "Tables", "NeuralCF", "Interactions"]),
    tests("TidyTests", []),
    .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: strict),
    .target(
      name: "Simulation",
      dependencies: [
        "CoordinatorCore", "ParamServerCore", "WorkerCore", "Plan", "Wire", "Tables", "Interactions",
      ], path: "Tests/Simulation", swiftSettings: strict),
    tests("SimulationTests", ["Simulation", "CoordinatorCore", "Ranking", "Plan", "Interactions"]),
    .target(
      name: "FaultSimulation",
      dependencies: [
        "Simulation", "CoordinatorCore", "ParamServerCore", "WorkerCore", "Plan", "Faults", "Wire", "Interactions",
        "ModelStore",
      ], path: "Tests/FaultSimulation", swiftSettings: strict),
    .executableTarget(
      name: "neumf-simulate", dependencies: ["FaultSimulation"], path: "Tests/Simulating", swiftSettings: strict),
    tests("FaultSimulationTests", ["FaultSimulation", "Simulation", "CoordinatorCore", "Plan"]),
    .target(
      name: "HostileBytes",
      dependencies: [
        "CoordinatorCore", "ParamServerCore", "WorkerCore", "Wire", "Plan", "Interactions", "Datasets", "ModelStore",
        "SectionFile", "Ranking", "CSharedMemory", "CZlib", "TestSupport",
      ], path: "Tests/HostileBytes", swiftSettings: strict),
    tests(
      "HostileBytesTests", ["HostileBytes", "CoordinatorCore", "WorkerCore", "Ranking", "Wire", "Plan"],
      resources: [.copy("Corpus")]),
    tests(
      "CommandTests",
      ["neumf", "Datasets", "Interactions", "ModelStore", "Ranking", "Telemetry", "Plan", "TestSupport", arguments]),
    tests("BenchTests", ["neumf-bench", "Simulation", "Telemetry", "Plan"]),
    tests("ClusterTests", ["neumf", "Datasets", "Interactions", "ModelStore", "Plan", "TestSupport"]),
  ],
  swiftLanguageModes: [.v6]
)

// It needs libFuzzer, which only `make fuzz` links; nothing else builds it.
if ProcessInfo.processInfo.environment["NEUMF_FUZZ"] != nil {
  package.targets.append(
    .executableTarget(
      name: "neumf-fuzz", dependencies: ["HostileBytes"], path: "Tests/Fuzzing", swiftSettings: strict))
}
