package org.stoker.metadata;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stoker.base.ConfinedTo;

/**
 * Follows the log for as long as its session lasts: watches the tail and nothing else, reads
 * entries by name, and starts again from the snapshot when an entry that it needs has been cut.
 *
 * <p>One round at a time: read the tail, fetch what is missing, apply it. A watch that fires in a
 * round starts another one after it. A slow poll starts one too, in case a watch was lost.
 */
@ConfinedTo(MetadataLane.OWNER)
final class LogReader {
  private static final Logger LOG = LoggerFactory.getLogger(LogReader.class);
  private static final int ENTRIES_AT_ONCE = 32;
  private static final int ENTRY_NAME_LENGTH = 20;

  private final CoordinationSession session;
  private final MetadataLane lane;
  private final ImagePublisher publisher;
  private final long pollMs;
  private final Consumer<RuntimeException> broken;
  private Runnable progress = () -> {};
  private boolean busy;
  private boolean again;
  private boolean closed;
  private boolean restored;
  // Whether this round looks for a snapshot because an entry is not there any more.
  private boolean entryMissing;
  // The end of the log as the last round saw it; −1 before the first.
  private long seenEndOffset = -1;

  /**
   * @param broken is told when the log is not what was written; the reader has stopped then
   */
  LogReader(
      CoordinationSession session,
      MetadataLane lane,
      ImagePublisher publisher,
      long pollMs,
      Consumer<RuntimeException> broken) {
    this.session = session;
    this.lane = lane;
    this.publisher = publisher;
    this.pollMs = pollMs;
    this.broken = broken;
    // Everything below this was applied in an earlier session.
    this.restored = publisher.nextOffset() > 0;
  }

  /** Starts following; {@code progress} runs after each round that reached the tail it saw. */
  void start(Runnable progress) {
    this.progress = progress;
    read();
    lane.every(pollMs, () -> !closed, this::read);
  }

  void close() {
    closed = true;
  }

  /** Whether everything up to the tail that was last seen is applied. */
  boolean isCaughtUp() {
    return seenEndOffset >= 0 && publisher.nextOffset() >= seenEndOffset;
  }

  /** Applies entries that this process has just appended, without reading them back. */
  void offer(List<LogEntry> entries) {
    for (LogEntry entry : entries) {
      if (entry.baseOffset() == publisher.nextOffset()) {
        guarded(() -> publisher.apply(entry));
      }
    }
  }

  private void read() {
    if (closed) {
      return;
    }
    if (busy) {
      again = true;
      return;
    }
    busy = true;
    again = false;
    if (restored) {
      readTail();
    } else {
      restore();
    }
  }

  private void endRound() {
    busy = false;
    progress.run();
    if (again) {
      read();
    }
  }

  private void retryRound() {
    busy = false;
    lane.retry(this::read);
  }

  /** What every read that is not answered with a node comes to. */
  private void failed(Outcome<?> outcome) {
    switch (outcome) {
      case Outcome.Expired<?> _ -> closed = true;
      case Outcome.Unknown<?> _ -> retryRound();
      default -> {
        LOG.warn("The metadata log cannot be read: {}", outcome);
        retryRound();
      }
    }
  }

  private void readTail() {
    session.get(
        MetadataPaths.TAIL,
        this::read,
        outcome ->
            guarded(() -> {
              if (outcome instanceof Outcome.Ok<Node>(Node node)) {
                tailRead(LogTail.parse(node.data()));
              } else {
                failed(outcome);
              }
            }));
  }

  private void tailRead(LogTail tail) {
    seenEndOffset = tail.endOffset();
    long next = publisher.nextOffset();
    if (tail.endOffset() <= next) {
      endRound();
    } else if (tail.lastBaseOffset() == next) {
      new Fetch(List.of(next)).more();
    } else {
      listEntries(next, tail.endOffset());
    }
  }

  private void listEntries(long from, long to) {
    session.children(
        MetadataPaths.LOG,
        null,
        outcome ->
            guarded(() -> {
              if (outcome instanceof Outcome.Ok<List<String>>(List<String> names)) {
                fetch(names, from, to);
              } else {
                failed(outcome);
              }
            }));
  }

  private void fetch(List<String> names, long from, long to) {
    List<Long> offsets = new ArrayList<>();
    for (String name : names) {
      long offset = name.length() == ENTRY_NAME_LENGTH ? Long.parseLong(name) : -1;
      if (offset >= from && offset < to) {
        offsets.add(offset);
      }
    }
    Collections.sort(offsets);
    if (offsets.isEmpty() || offsets.getFirst() != from) {
      startAgain(from);
    } else {
      new Fetch(offsets).more();
    }
  }

  private void startAgain(long missing) {
    LOG.info("Entry {} of the metadata log is cut: starting again from the snapshot", missing);
    restored = false;
    entryMissing = true;
    restore();
  }

  private void restore() {
    new SnapshotReader(
            session,
            new SnapshotReader.Target() {
              @Override
              public void loaded(SnapshotPointer.@Nullable Snapshot snapshot, List<byte[]> chunks) {
                guarded(() -> snapshotLoaded(snapshot, chunks));
              }

              @Override
              public void failed(Outcome<?> outcome) {
                guarded(() -> LogReader.this.failed(outcome));
              }
            })
        .read();
  }

  private void snapshotLoaded(SnapshotPointer.@Nullable Snapshot snapshot, List<byte[]> chunks) {
    // A snapshot that is older than the image brings nothing; the next round finds a newer one.
    if (snapshot != null && snapshot.offset() > publisher.nextOffset()) {
      publisher.restore(snapshot, SnapshotReader.records(chunks));
    } else if (snapshot != null && snapshot.offset() < publisher.nextOffset()) {
      retryRound();
      return;
    } else if (entryMissing) {
      throw new IllegalStateException(
          "the metadata log lacks its entry at offset=" + publisher.nextOffset());
    }
    restored = true;
    entryMissing = false;
    readTail();
  }

  /** Runs a step of this reader; the log is given up if it contradicts itself. */
  private void guarded(Runnable step) {
    if (closed) {
      return;
    }
    try {
      step.run();
    } catch (CorruptLogException | IllegalStateException e) {
      closed = true;
      broken.accept(e);
    }
  }

  /** Reads the entries at these offsets, several on the way at once, and applies them in order. */
  private final class Fetch {
    private final List<Long> offsets;
    private int asked;
    private int answered;
    private boolean over;

    Fetch(List<Long> offsets) {
      this.offsets = offsets;
    }

    void more() {
      while (asked < offsets.size() && asked - answered < ENTRIES_AT_ONCE) {
        long offset = offsets.get(asked++);
        session.get(
            MetadataPaths.entry(offset), null, outcome -> guarded(() -> read(offset, outcome)));
      }
    }

    private void read(long offset, Outcome<Node> outcome) {
      answered++;
      if (over) {
        return;
      }
      switch (outcome) {
        case Outcome.Ok<Node>(Node node) -> {
          // What this process appended meanwhile has been applied already.
          if (offset == publisher.nextOffset()) {
            publisher.apply(LogEntry.decode(node.data(), offset));
          } else if (offset > publisher.nextOffset()) {
            over = true;
            startAgain(publisher.nextOffset());
            return;
          }
          if (answered == offsets.size()) {
            endRound();
          } else {
            more();
          }
        }
        case Outcome.NoNode<Node> _ -> {
          over = true;
          if (offset < publisher.nextOffset()) {
            retryRound();
          } else {
            startAgain(offset);
          }
        }
        default -> {
          over = true;
          failed(outcome);
        }
      }
    }
  }
}
