import Plan
import Testing

@Suite struct BatchScheduleTests {
  @Test(arguments: [
    ([10, 10, 10], 4), ([1, 0, 7, 100], 5), ([3], 1), ([0, 0], 3), ([1, 1, 1, 1, 1], 10), ([997, 13, 4111, 2], 64),
  ]) func everyInteractionIsTakenOnceAndEveryStepIsFull(_ interactions: [Int], perStep: Int) {
    let schedule = BatchSchedule(interactions: interactions, perStep: perStep)
    var before = interactions.map { _ in 0 }
    #expect(schedule.positions(before: Step(0)) == before)
    for step in 0..<schedule.stepCount {
      let after = schedule.positions(before: Step(step + 1))
      let taken = zip(before, after).map { $1 - $0 }
      #expect(taken.allSatisfy { $0 >= 0 })
      #expect(taken.reduce(0, +) == schedule.taken(in: Step(step)))
      #expect(schedule.taken(in: Step(step)) == perStep || step == schedule.stepCount - 1)
      before = after
    }
    #expect(before == interactions)
  }

  /// Webster's method keeps each shard within one of its exact share.
  @Test func shardsAdvanceEvenly() {
    let interactions = [1000, 2000, 3001, 17]
    let schedule = BatchSchedule(interactions: interactions, perStep: 50)
    for step in 0..<schedule.stepCount {
      let positions = schedule.positions(before: Step(step))
      let share = Double(positions.reduce(0, +)) / Double(interactions.reduce(0, +))
      for (position, count) in zip(positions, interactions) {
        #expect(abs(Double(position) - share * Double(count)) < 1.5)
      }
    }
  }
}
