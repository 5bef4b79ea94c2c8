import Datasets

/// A decoder that is given bytes nobody vouches for: from a peer, or from a file.
package enum FuzzTarget: String, CaseIterable, Codable, Sendable {
  /// Single frames of the wire, control messages and lane frames included.
  case frames
  /// Messages of a link, with their headers, in the course of a conversation.
  case links
  /// What a server, a worker and the coordinator are sent in the course of a job.
  case server
  case worker
  case coordinator
  /// What every file of sections has, with checksums that were made to fit.
  case sections
  /// Files of sections whose frame is whole, and whose contents are anything.
  case checkpoint
  case container
  /// `model/`: config, tensors, users and items.
  case model
  /// A plan as JSON.
  case plan
  /// Ratings as text, packed or not, with their item files.
  case ncf
  case movielens
  case netflix
  case csv

  // Limit: what decoding an input of at most 64 KiB may take at once, besides what the process had. Frames and stored
  // files take a small multiple of their own size, some kilobytes each; a server of the small job has its tables.
  // Readers of text have buffers of 2 MiB per file and one to write, and NCF rows, which are numbers, may have gaps
  // (see `IDBook`).
  package var allocationLimit: Int {
    switch self {
    case .frames, .links, .plan, .sections, .checkpoint, .model: 64 << 20
    case .server, .worker, .coordinator, .container: 128 << 20
    case .movielens, .netflix, .csv: 128 << 20
    case .ncf: 512 << 20
    }
  }
}

/// How a decoder ended.
package enum Verdict: Equatable, Sendable {
  case value
  /// An error of the decoder's own type, with what it says.
  case refused(String)
}

/// Gives one decoder inputs, one after the other. Everything but a value or a named error stops the process. Not
/// several at once: the files in memory that it reads from are its own.
package final class Feeder: @unchecked Sendable {
  private enum Subject {
    case bytes((RawSpan) -> Verdict)
    case stored(StoredFiles)
    case text(TextFiles)
  }

  private let subject: Subject

  package init(_ target: FuzzTarget) {
    subject =
      switch target {
      case .frames: .bytes(FrameFeed.feed)
      case .links: .bytes(LinkFeed.feed)
      case .plan: .bytes(PlanFeed.feed)
      case .server: .bytes(ServerFeed.feed)
      case .worker: .bytes(WorkerFeed.feed)
      case .coordinator: .bytes(CoordinatorFeed.feed)
      case .sections: .stored(StoredFiles(.sections))
      case .checkpoint: .stored(StoredFiles(.checkpoint))
      case .container: .stored(StoredFiles(.container))
      case .model: .stored(StoredFiles(.model))
      case .ncf: .text(TextFiles(.ncf))
      case .movielens: .text(TextFiles(.movielens))
      case .netflix: .text(TextFiles(.netflix))
      case .csv: .text(TextFiles(.csv))
      }
  }

  /// The verdict of the target's decoder on an input.
  @discardableResult
  package func feed(_ bytes: RawSpan) -> Verdict {
    switch subject {
    case .bytes(let decode): decode(bytes)
    case .stored(let files): files.feed(bytes)
    case .text(let files): files.feed(bytes)
    }
  }
}
