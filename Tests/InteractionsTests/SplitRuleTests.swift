import Interactions
import Testing

@Suite struct SplitRuleTests {
  @Test(arguments: ["leave-one-out", "temporal:0.8", "random:0.25", "given"])
  func readsWhatItPrints(text: String) {
    #expect(SplitRule(text)?.description == text)
  }

  @Test(arguments: [
    "", "leave", "leave-one-out:1", "temporal", "temporal:", "temporal:0", "random:1", "random:x", "random:0.5:1",
  ])
  func refusesOtherTexts(text: String) {
    #expect(SplitRule(text) == nil)
  }
}
