import Telemetry
import Testing

struct ProcessUsageTests {
  @Test func timeGoesOnWithWork() {
    let before = ProcessUsage.cpuSeconds
    var sum: UInt64 = 0
    while ProcessUsage.cpuSeconds == before { sum &+= 1 }
    #expect(ProcessUsage.cpuSeconds > before)
  }

  @Test func thePeakCoversWhatWasTouched() {
    let before = ProcessUsage.peakResidentBytes
    let block = [UInt64](repeating: 7, count: before / 8 + (32 << 17))
    let after = ProcessUsage.peakResidentBytes
    #expect(block[block.count - 1] == 7)
    #expect(after >= before + (16 << 20))
    #expect(ProcessUsage.peakOfResourceUsage() > 1 << 20)
  }

  @Test func theLineOfProcIsFound() {
    let status = "Name:\tneumf\nVmPeak:\t  9000 kB\nVmHWM:\t  123456 kB\nVmRSS:\t 5 kB\n"
    #expect(ProcessUsage.peakResidentBytes(inStatus: status) == 123_456 * 1024)
    #expect(ProcessUsage.peakResidentBytes(inStatus: "Name:\tneumf\n") == nil)
    #expect(ProcessUsage.peakResidentBytes(inStatus: "VmHWM:\t12 MB\n") == nil)
  }
}
