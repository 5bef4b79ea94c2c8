package enum ProcessUsage {
  package static var cpuSeconds: Double { 0 }
  package static var peakResidentBytes: Int { 0 }
}
