import Plan

/// What a split keeps from training. The held-out interactions stand at the end of each history.
package struct HeldOut: Sendable, Equatable {
  /// How many interactions of each user are for training, validation included: `[users]`.
  package var trainingCounts: [Int]
  /// The users who are evaluated, with the item each is ranked on.
  package var test: [HeldOutItem] = []
  /// The same for validation: the latest of what is left for training.
  package var validation: [HeldOutItem] = []
  /// Users with fewer unseen items than the negatives that a case needs; they are not evaluated.
  package var usersWithoutNegatives = 0
  /// Users whose interactions are all held out; nothing was learnt about them, so they are not evaluated.
  package var usersWithoutTraining = 0

  package var trainingCount: Int { trainingCounts.reduce(0, +) }
}

/// A user with an item kept from training.
package struct HeldOutItem: Sendable, Equatable {
  package let user: UInt32
  package let item: UInt32
  /// 0 where the data has no ratings.
  package let rating: Float
  package init(user: UInt32, item: UInt32, rating: Float) {
    self.user = user
    self.item = item
    self.rating = rating
  }
}

extension UserHistories {
  /// Keeps interactions from training by a rule; `given` keeps none, since the files did it and bring their `cases`.
  ///
  /// A user is ranked on the latest held-out item. Users with a single interaction stay in training whole, and so, with
  /// leave-one-out, do users with fewer than `negatives` unseen items.
  /// - Throws: when the rule needs times and there are none, or nothing is left to train on or to test
  package mutating func split(
    _ rule: SplitRule, negatives: Int, seed: UInt64, cases: [HeldOutItem] = []
  ) throws(InteractionsError) -> HeldOut {
    var heldOut = HeldOut(trainingCounts: (0..<userCount).map { range(of: $0).count })
    switch rule {
    case .given: break
    case .leaveOneOut: leaveOneOut(&heldOut, negatives: negatives)
    case .temporal(let share): try holdOutLatest(&heldOut, share: share)
    case .random(let share): holdOutAtRandom(&heldOut, share: share, seed: seed)
    }
    var elsewhere = [Int](repeating: 0, count: userCount)
    for heldOut in cases { elsewhere[Int(heldOut.user)] += 1 }
    chooseCases(&heldOut, elsewhere: elsewhere, negatives: negatives)
    heldOut.test += cases
    guard heldOut.trainingCount > 0 else { throw InteractionsError("the split \(rule) leaves nothing to train on") }
    guard !heldOut.test.isEmpty else {
      throw InteractionsError(
        heldOut.usersWithoutNegatives > 0
          ? "no user has \(negatives) items left as negatives among the \(itemCount) items"
          : "the split \(rule) leaves no user to test on")
    }
    return heldOut
  }

  /// The most negatives, up to a limit, that 19 of 20 users with two interactions or more have unseen items for; 1
  /// where fewer have any. A small catalogue has too few for the customary 99.
  package func negatives(upTo limit: Int) -> Int {
    var usersWithUnseen = [Int](repeating: 0, count: limit + 1)
    var users = 0
    for user in 0..<userCount where range(of: user).count >= 2 {
      // One is left free for a test item that the history may lack.
      usersWithUnseen[max(0, min(limit, itemCount - range(of: user).count - 1))] += 1
      users += 1
    }
    var reached = 0
    for count in stride(from: limit, to: 1, by: -1) {
      reached += usersWithUnseen[count]
      if users > 0, reached * 20 >= users * 19 { return count }
    }
    return 1
  }

  private func leaveOneOut(_ heldOut: inout HeldOut, negatives: Int) {
    for user in 0..<userCount where range(of: user).count >= 2 && itemCount - range(of: user).count >= negatives {
      heldOut.trainingCounts[user] -= 1
    }
  }

  private func holdOutLatest(_ heldOut: inout HeldOut, share: Double) throws(InteractionsError) {
    guard hasTimes, let cut = times.quantile(share) else {
      throw InteractionsError("a temporal split needs the times of the interactions")
    }
    for user in 0..<userCount {
      var end = offsets[user + 1]
      while end > offsets[user], times[end - 1] > cut { end -= 1 }
      heldOut.trainingCounts[user] = end - offsets[user]
    }
  }

  private mutating func holdOutAtRandom(_ heldOut: inout HeldOut, share: Double, seed: UInt64) {
    var scratch = HistoryScratch()
    for user in 0..<userCount where range(of: user).count >= 2 {
      let stream = RandomStream(seed: seed, .split, UInt64(user))
      let later = partition(user: user, &scratch) { stream.uniform(at: UInt64($0)) > share }
      heldOut.trainingCounts[user] -= later
    }
  }

  /// - Parameter elsewhere: how many of a user's test items are not in the history: `[users]`
  private func chooseCases(_ heldOut: inout HeldOut, elsewhere: [Int], negatives: Int) {
    for user in 0..<userCount {
      let range = range(of: user)
      let training = heldOut.trainingCounts[user]
      if training == 0, !range.isEmpty { heldOut.usersWithoutTraining += 1 }
      guard range.count >= 2, training > 0 else { continue }
      guard itemCount - range.count - elsewhere[user] >= negatives else {
        heldOut.usersWithoutNegatives += 1
        continue
      }
      if training < range.count {
        heldOut.test.append(self[range.upperBound - 1, of: user])
      }
      if training >= 2 {
        heldOut.validation.append(self[range.lowerBound + training - 1, of: user])
      }
    }
  }

  private subscript(index: Int, of user: Int) -> HeldOutItem {
    HeldOutItem(user: UInt32(user), item: items[index], rating: hasRatings ? ratings[index] : 0)
  }
}
