package org.stoker.metadata;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stoker.base.ConfinedTo;
import org.stoker.metadata.Outcome.Done;
import org.stoker.protocol.Message;

/**
 * Writes an image as a snapshot and cuts the log behind the older of the two that are kept. Every
 * step is a write that checks the controller's epoch; one that fails leaves nothing that matters
 * and is cleared away by the next snapshot.
 */
@ConfinedTo(MetadataLane.OWNER)
final class SnapshotWriter {
  private static final Logger LOG = LoggerFactory.getLogger(SnapshotWriter.class);
  private static final int DELETES_AT_ONCE = 200;

  private final CoordinationSession session;
  private final LogWriter writer;
  private final Consumer<Boolean> finished;
  private final ArrayDeque<Change> deletions = new ArrayDeque<>();

  private SnapshotWriter(
      CoordinationSession session, LogWriter writer, Consumer<Boolean> finished) {
    this.session = session;
    this.writer = writer;
    this.finished = finished;
  }

  /** Writes the image; {@code finished} learns whether the pointer names it now. */
  static void write(
      CoordinationSession session,
      LogWriter writer,
      ClusterImage image,
      Consumer<Boolean> finished) {
    var snapshot = new SnapshotWriter(session, writer, finished);
    session.get(
        MetadataPaths.SNAPSHOT,
        null,
        outcome -> {
          if (outcome instanceof Outcome.Ok<Node>(Node node)) {
            snapshot.begin(node, image);
          } else {
            snapshot.give(outcome);
          }
        });
  }

  private void begin(Node pointerNode, ClusterImage image) {
    List<byte[]> chunks = chunks(image);
    // The version tells two tries of one controller at one offset apart.
    String name =
        MetadataPaths.entryName(image.offset())
            + "-"
            + writer.epoch()
            + "-"
            + pointerNode.version();
    var snapshot =
        new SnapshotPointer.Snapshot(
            name,
            image.offset(),
            image.controllerEpoch(),
            image.controllerId(),
            chunks.size(),
            checksum(chunks));
    SnapshotPointer pointer = SnapshotPointer.parse(pointerNode.data()).with(snapshot);
    ArrayDeque<Change> steps = new ArrayDeque<>();
    steps.add(Change.create(MetadataPaths.snapshot(name), NodeText.EMPTY));
    for (int chunk = 0; chunk < chunks.size(); chunk++) {
      steps.add(Change.create(MetadataPaths.chunk(name, chunk), chunks.get(chunk)));
    }
    steps.add(new Change.Set(MetadataPaths.SNAPSHOT, pointer.bytes(), pointerNode.version()));
    next(steps, pointer);
  }

  private void next(ArrayDeque<Change> steps, SnapshotPointer pointer) {
    Change step = steps.poll();
    if (step == null) {
      LOG.info("Snapshot {} of the metadata is written", pointer.snapshots().getFirst().name());
      finished.accept(true);
      clear(pointer);
      return;
    }
    session.write(
        List.of(writer.epochCheck(), step),
        outcome -> {
          // A node that exists was made by a try of this very name that was cut short.
          if (outcome instanceof Outcome.Ok<Done>
              || (outcome instanceof Outcome.NodeExists<Done> && step instanceof Change.Create)) {
            next(steps, pointer);
          } else {
            give(outcome);
          }
        });
  }

  private void give(Outcome<?> outcome) {
    LOG.info("The snapshot of the metadata is put off: {}", outcome);
    finished.accept(false);
  }

  /** Deletes the snapshots that the pointer does not name, and the entries that are in both. */
  private void clear(SnapshotPointer pointer) {
    Set<String> kept = new HashSet<>();
    pointer.snapshots().forEach(snapshot -> kept.add(snapshot.name()));
    session.children(
        MetadataPaths.LOG,
        null,
        entries -> {
          if (entries instanceof Outcome.Ok<List<String>>(List<String> names)) {
            String first = MetadataPaths.entryName(pointer.logStartOffset());
            for (String name : names) {
              if (name.compareTo(first) < 0) {
                deletions.add(new Change.Delete(MetadataPaths.LOG + "/" + name, 0));
              }
            }
            clearSnapshots(kept);
          }
        });
  }

  private void clearSnapshots(Set<String> kept) {
    session.children(
        MetadataPaths.SNAPSHOTS,
        null,
        outcome -> {
          if (outcome instanceof Outcome.Ok<List<String>>(List<String> names)) {
            ArrayDeque<String> obsolete = new ArrayDeque<>(names);
            obsolete.removeAll(kept);
            clearNext(obsolete);
          }
        });
  }

  private void clearNext(ArrayDeque<String> obsolete) {
    String name = obsolete.poll();
    if (name == null) {
      delete();
      return;
    }
    String path = MetadataPaths.snapshot(name);
    session.children(
        path,
        null,
        outcome -> {
          if (outcome instanceof Outcome.Ok<List<String>>(List<String> chunks)) {
            chunks.forEach(chunk -> deletions.add(new Change.Delete(path + "/" + chunk, 0)));
            deletions.add(new Change.Delete(path, 0));
          }
          clearNext(obsolete);
        });
  }

  private void delete() {
    if (deletions.isEmpty()) {
      return;
    }
    List<Change> batch = new ArrayList<>();
    batch.add(writer.epochCheck());
    while (!deletions.isEmpty() && batch.size() <= DELETES_AT_ONCE) {
      batch.add(deletions.poll());
    }
    session.write(
        batch,
        outcome -> {
          // Whatever stays is found again by the next snapshot.
          if (outcome instanceof Outcome.Ok<Done>) {
            delete();
          }
        });
  }

  private List<byte[]> chunks(ClusterImage image) {
    List<ByteBuffer> encoded = new ArrayList<>();
    for (Message record : image.toRecords()) {
      encoded.add(RecordFrames.encode(record));
    }
    List<byte[]> chunks = new ArrayList<>();
    for (List<ByteBuffer> group : LogWriter.cut(encoded, writer.entryBytes())) {
      int size = group.stream().mapToInt(ByteBuffer::remaining).sum();
      ByteBuffer chunk = ByteBuffer.allocate(size);
      group.forEach(record -> chunk.put(record.duplicate()));
      chunks.add(chunk.array());
    }
    return chunks;
  }

  static int checksum(List<byte[]> chunks) {
    var crc = new CRC32C();
    chunks.forEach(crc::update);
    return (int) crc.getValue();
  }
}
