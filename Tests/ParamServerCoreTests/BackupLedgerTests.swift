import ParamServerCore
import Plan
import Testing
import Wire

/// Nothing is told before the backup knows it.
@Suite struct BackupLedgerTests {
  private func refusal(_ number: UInt32) -> ServerDirective { .refuse(Peer(rawValue: number), reason: "no") }

  @Test func whatTheBackupHasIsToldAtOnce() throws {
    var ledger = BackupLedger()
    var directives = [refusal(1)]
    ledger.keepBack(&directives)
    #expect(directives == [refusal(1)])
    ledger.frameSent()
    directives = []
    try ledger.received(1, directives: &directives)
    #expect(directives == [])
    directives = [refusal(2)]
    ledger.keepBack(&directives)
    #expect(directives == [refusal(2)])
  }

  @Test func whatItHasNotIsKeptInOrder() throws {
    var ledger = BackupLedger()
    for number in UInt32(1)...4 {
      // The third is of a frame that is not sent on.
      if number != 3 { ledger.frameSent() }
      var directives = [refusal(number)]
      ledger.keepBack(&directives)
      #expect(directives == [])
    }
    var free: [ServerDirective] = []
    try ledger.received(1, directives: &free)
    #expect(free == [refusal(1)])
    try ledger.received(2, directives: &free)
    #expect(free == [refusal(1), refusal(2), refusal(3)])
    // Said again, and late.
    try ledger.received(2, directives: &free)
    try ledger.received(1, directives: &free)
    #expect(free.count == 3)
    try ledger.received(3, directives: &free)
    #expect(free.last == refusal(4))
  }

  @Test func lostBackupSetsEverythingFree() {
    var ledger = BackupLedger()
    var directives: [ServerDirective] = []
    for number in UInt32(1)...3 {
      ledger.frameSent()
      directives = [refusal(number)]
      ledger.keepBack(&directives)
    }
    ledger.backupLost(directives: &directives)
    #expect(directives == [refusal(1), refusal(2), refusal(3)])
    ledger.keepBack(&directives)
    #expect(directives.count == 3)
  }

  @Test func receiptOfMoreThanWasSentIsRefused() {
    var ledger = BackupLedger()
    ledger.frameSent()
    var directives: [ServerDirective] = []
    #expect(throws: WireError.self) { try ledger.received(2, directives: &directives) }
    #expect(directives == [])
  }
}
