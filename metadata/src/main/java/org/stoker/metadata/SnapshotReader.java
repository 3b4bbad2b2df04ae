package org.stoker.metadata;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stoker.base.ConfinedTo;
import org.stoker.protocol.Message;
import org.stoker.protocol.WireReader;

/**
 * Reads the newest snapshot; the one before it if that is damaged, and begins again at the pointer
 * when a chunk has vanished, because then a newer one was published meanwhile.
 */
@ConfinedTo(MetadataLane.OWNER)
final class SnapshotReader {
  private static final Logger LOG = LoggerFactory.getLogger(SnapshotReader.class);
  private static final int CHUNKS_AT_ONCE = 8;

  private final CoordinationSession session;
  private final Target target;

  /** Gets the snapshot, or why there is no answer. */
  interface Target {
    /** {@code snapshot} is null if there is none yet. */
    void loaded(SnapshotPointer.@Nullable Snapshot snapshot, List<byte[]> chunks);

    void failed(Outcome<?> outcome);
  }

  SnapshotReader(CoordinationSession session, Target target) {
    this.session = session;
    this.target = target;
  }

  void read() {
    session.get(
        MetadataPaths.SNAPSHOT,
        null,
        outcome -> {
          if (outcome instanceof Outcome.Ok<Node>(Node node)) {
            read(SnapshotPointer.parse(node.data()), 0);
          } else {
            target.failed(outcome);
          }
        });
  }

  private void read(SnapshotPointer pointer, int candidate) {
    if (pointer.snapshots().isEmpty()) {
      target.loaded(null, List.of());
    } else if (candidate == pointer.snapshots().size()) {
      throw new CorruptLogException("no snapshot of the metadata has its checksum: " + pointer);
    } else {
      new Chunks(pointer, candidate).more();
    }
  }

  static List<Message> records(List<byte[]> chunks) {
    List<Message> records = new ArrayList<>();
    for (byte[] chunk : chunks) {
      records.addAll(RecordFrames.decode(new WireReader(ByteBuffer.wrap(chunk))));
    }
    return records;
  }

  /** Reads the chunks of one snapshot. */
  private final class Chunks {
    private final SnapshotPointer pointer;
    private final int candidate;
    private final SnapshotPointer.Snapshot snapshot;
    private final List<byte[]> chunks = new ArrayList<>();
    private int asked;
    private boolean over;

    Chunks(SnapshotPointer pointer, int candidate) {
      this.pointer = pointer;
      this.candidate = candidate;
      this.snapshot = pointer.snapshots().get(candidate);
    }

    void more() {
      while (asked < snapshot.chunks() && asked - chunks.size() < CHUNKS_AT_ONCE) {
        session.get(MetadataPaths.chunk(snapshot.name(), asked++), null, this::chunkRead);
      }
    }

    private void chunkRead(Outcome<Node> outcome) {
      if (over) {
        return;
      }
      switch (outcome) {
        case Outcome.Ok<Node>(Node node) -> {
          chunks.add(node.data());
          if (chunks.size() == snapshot.chunks()) {
            finish();
          } else {
            more();
          }
        }
        case Outcome.NoNode<Node> _ -> {
          over = true;
          SnapshotReader.this.read();
        }
        default -> {
          over = true;
          target.failed(outcome);
        }
      }
    }

    private void finish() {
      if (SnapshotWriter.checksum(chunks) == snapshot.crc32c()) {
        target.loaded(snapshot, chunks);
      } else {
        LOG.error("Snapshot {} does not have its checksum; trying the one before", snapshot.name());
        read(pointer, candidate + 1);
      }
    }
  }
}
