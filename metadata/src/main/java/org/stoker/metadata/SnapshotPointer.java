package org.stoker.metadata;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The snapshots that are kept, the newest first: what the pointer node says, one per line. */
record SnapshotPointer(List<Snapshot> snapshots) {
  static final int KEPT = 2;

  /**
   * One snapshot.
   *
   * @param name its node below {@link MetadataPaths#SNAPSHOTS}
   * @param offset how many records of the log are in it
   * @param crc32c of all chunks, one after the other
   */
  record Snapshot(
      String name, long offset, int controllerEpoch, int controllerId, int chunks, int crc32c) {
    private static final int WORDS = 6;

    private String line() {
      return String.join(
          " ",
          name,
          Long.toString(offset),
          Integer.toString(controllerEpoch),
          Integer.toString(controllerId),
          Integer.toString(chunks),
          Integer.toHexString(crc32c));
    }

    private static Snapshot parse(String line) {
      String[] words = line.split(" ", -1);
      if (words.length != WORDS) {
        throw new CorruptLogException("the snapshot pointer says '" + line + "'");
      }
      try {
        return new Snapshot(
            words[0],
            Long.parseLong(words[1]),
            Integer.parseInt(words[2]),
            Integer.parseInt(words[3]),
            Integer.parseInt(words[4]),
            Integer.parseUnsignedInt(words[5], 16));
      } catch (NumberFormatException e) {
        throw new CorruptLogException("the snapshot pointer says '" + line + "'", e);
      }
    }
  }

  SnapshotPointer {
    snapshots = List.copyOf(snapshots);
  }

  /** With this one as the newest, and the oldest dropped that is one too many. */
  SnapshotPointer with(Snapshot newest) {
    List<Snapshot> next = new ArrayList<>();
    next.add(newest);
    for (Snapshot snapshot : snapshots) {
      if (next.size() < KEPT) {
        next.add(snapshot);
      }
    }
    return new SnapshotPointer(next);
  }

  /** Entries below are in every snapshot that is kept, and can go. */
  long logStartOffset() {
    return snapshots.size() < KEPT ? 0 : snapshots.getLast().offset();
  }

  byte[] bytes() {
    var text = new StringBuilder();
    snapshots.forEach(snapshot -> text.append(snapshot.line()).append('\n'));
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  static SnapshotPointer parse(byte[] bytes) {
    List<Snapshot> snapshots = new ArrayList<>();
    for (String line : new String(bytes, StandardCharsets.UTF_8).split("\n", -1)) {
      if (!line.isEmpty()) {
        snapshots.add(Snapshot.parse(line));
      }
    }
    return new SnapshotPointer(snapshots);
  }
}
