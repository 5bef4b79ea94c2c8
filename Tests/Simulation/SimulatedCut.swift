package import CoordinatorCore
import ParamServerCore
import Plan
package import Wire

/// A promise that a simulated run broke.
package struct SimulationFailure: Error, CustomStringConvertible {
  package let description: String
  package init(_ description: String) { self.description = description }
}

/// A checkpoint in memory: each row's full record in canonical order, whatever the number of servers.
package struct SimulatedCut: Sendable, Equatable {
  package let position: JobPosition
  package let history: JobHistory
  package let users: [[UInt8]]
  package let items: [[UInt8]]
  package let dense: [UInt8]
}

/// Memory for a frame, filled by `write`.
package func framed(_ byteCount: Int, _ write: (inout FrameWriter) -> Void) -> [UInt8] {
  // Floats in a frame are written in place, so it begins at an aligned address as a message does.
  unsafe [UInt8](unsafeUninitializedCapacity: byteCount) { memory, count in
    var writer = unsafe FrameWriter(UnsafeMutableRawBufferPointer(memory))
    write(&writer)
    precondition(writer.isFull, "\(writer.byteCount) bytes written of \(byteCount)")
    count = byteCount
  }
}
