/// The row of each number, by open addressing; at most half full.
struct NumberTable: ~Copyable {
  private var slots = [Slot](repeating: Slot(), count: 1 << 12)
  private var count = 0

  private struct Slot {
    var number: UInt64 = 0
    /// The row plus one; 0 where the slot is free.
    var rowAfter: UInt32 = 0
  }

  /// The row of a number, which becomes `new` where it has none.
  @inline(__always)
  mutating func row(of number: UInt64, orNew new: UInt32) -> UInt32 {
    var place = Self.place(number, slots.count)
    while slots[place].rowAfter != 0 {
      if slots[place].number == number { return slots[place].rowAfter - 1 }
      place = (place + 1) & (slots.count - 1)
    }
    slots[place] = Slot(number: number, rowAfter: new + 1)
    count += 1
    if count * 2 > slots.count { grow() }
    return new
  }

  @inline(__always)
  private static func place(_ number: UInt64, _ slotCount: Int) -> Int {
    Int(truncatingIfNeeded: (number &* 0x9E37_79B9_7F4A_7C15) >> 20) & (slotCount - 1)
  }

  private mutating func grow() {
    let old = slots
    slots = [Slot](repeating: Slot(), count: old.count * 2)
    for slot in old where slot.rowAfter != 0 {
      var place = Self.place(slot.number, slots.count)
      while slots[place].rowAfter != 0 { place = (place + 1) & (slots.count - 1) }
      slots[place] = slot
    }
  }
}

/// The row of each text of a column, by open addressing; at most half full.
struct TextIndex: ~Copyable {
  /// The row plus one; 0 where the slot is free.
  private var slots = [UInt32](repeating: 0, count: 1 << 12)
  private var count = 0

  /// The row of a text, which becomes `new` where it has none; the caller then appends it to the column.
  mutating func row(of text: Span<UInt8>, in texts: borrowing TextColumn, orNew new: UInt32) -> UInt32 {
    if count * 2 >= slots.count { grow(texts) }
    var place = Self.hash(text) & (slots.count - 1)
    while slots[place] != 0 {
      if TextColumn.isEqual(texts[Int(slots[place] - 1)], text) { return slots[place] - 1 }
      place = (place + 1) & (slots.count - 1)
    }
    slots[place] = new + 1
    count += 1
    return new
  }

  /// FNV-1a with a final mix, since the low bits choose the slot.
  private static func hash(_ text: Span<UInt8>) -> Int {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for index in text.indices { hash = (hash ^ UInt64(text[index])) &* 0x100_0000_01B3 }
    return Int(truncatingIfNeeded: (hash ^ (hash >> 29)) &* 0x9E37_79B9_7F4A_7C15 >> 24)
  }

  private mutating func grow(_ texts: borrowing TextColumn) {
    let old = slots
    slots = [UInt32](repeating: 0, count: old.count * 2)
    for row in old where row != 0 {
      var place = Self.hash(texts[Int(row - 1)]) & (slots.count - 1)
      while slots[place] != 0 { place = (place + 1) & (slots.count - 1) }
      slots[place] = row
    }
  }
}
