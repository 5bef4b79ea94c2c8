/// How many rows there must be for these to exist: one more than the greatest.
package func rowCount(_ rows: Span<UInt32>) -> Int {
  var greatest: UInt32 = 0
  for index in rows.indices { greatest = max(greatest, rows[index]) }
  return rows.isEmpty ? 0 : Int(greatest) + 1
}
