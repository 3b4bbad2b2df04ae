package org.stoker.metadata;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stoker.base.Clock;
import org.stoker.base.ConfinedTo;
import org.stoker.metadata.Outcome.Done;
import org.stoker.protocol.Message;
import org.stoker.protocol.record.BeginTransactionRecord;
import org.stoker.protocol.record.EndTransactionRecord;

/**
 * Appends to the log as one elected controller: every write checks that its epoch still stands, and
 * says which tail it follows.
 *
 * <p>After a lost connection nobody knows whether the write happened. The tail tells, and a write
 * that is repeated cannot happen twice, because it names the tail's version.
 */
@ConfinedTo(MetadataLane.OWNER)
final class LogWriter {
  private static final Logger LOG = LoggerFactory.getLogger(LogWriter.class);

  private final CoordinationSession session;
  private final MetadataLane lane;
  private final Clock clock;
  private final int epoch;
  private final int controllerId;
  private final int entryBytes;
  private LogTail tail = LogTail.EMPTY;
  private int tailVersion;
  private boolean busy;
  private boolean closed;

  LogWriter(
      CoordinationSession session,
      MetadataLane lane,
      Clock clock,
      int epoch,
      int controllerId,
      int entryBytes) {
    this.session = session;
    this.lane = lane;
    this.clock = clock;
    this.epoch = epoch;
    this.controllerId = controllerId;
    this.entryBytes = entryBytes;
  }

  int epoch() {
    return epoch;
  }

  int controllerId() {
    return controllerId;
  }

  int entryBytes() {
    return entryBytes;
  }

  /** The guard that every write of a controller carries. */
  Change epochCheck() {
    return new Change.Check(MetadataPaths.EPOCH, epoch);
  }

  /** No callback is called any more. */
  void close() {
    closed = true;
  }

  /**
   * Takes the log over: the tail is made anew, so that its version starts at 0 and readers look.
   *
   * @param opened gets the offset at which the log ends
   * @param lost is called instead if this controller is none any more
   */
  void open(LongConsumer opened, Runnable lost) {
    session.get(MetadataPaths.TAIL, null, outcome -> tailRead(outcome, opened, lost));
  }

  private void tailRead(Outcome<Node> outcome, LongConsumer opened, Runnable lost) {
    if (closed) {
      return;
    }
    switch (outcome) {
      case Outcome.Ok<Node>(Node node) -> {
        LogTail found = LogTail.parse(node.data());
        session.write(
            List.of(
                epochCheck(),
                new Change.Delete(MetadataPaths.TAIL, node.version()),
                Change.create(MetadataPaths.TAIL, node.data())),
            written -> tailMade(written, found, opened, lost));
      }
      case Outcome.Unknown<Node> _ -> lane.retry(() -> open(opened, lost));
      case Outcome.Expired<Node> _ -> lost.run();
      default -> throw new IllegalStateException("the log has no tail: " + outcome);
    }
  }

  private void tailMade(Outcome<Done> outcome, LogTail found, LongConsumer opened, Runnable lost) {
    if (closed) {
      return;
    }
    switch (outcome) {
      case Outcome.Ok<Done> _ -> {
        tail = found;
        tailVersion = 0;
        opened.accept(found.endOffset());
      }
      case Outcome.BadVersion<Done>(int change) when change == 0 -> lost.run();
      case Outcome.Expired<Done> _ -> lost.run();
      // Read again: the last write of the controller before may have come in between, or the
      // outcome is unknown; making the tail anew once more does no harm.
      case Outcome.BadVersion<Done> _ -> open(opened, lost);
      case Outcome.Unknown<Done> _ -> lane.retry(() -> open(opened, lost));
      default -> throw new IllegalStateException("the tail cannot be made anew: " + outcome);
    }
  }

  /** Appends the records so that they are seen together or not at all; one append at a time. */
  void append(List<Message> records, Consumer<AppendOutcome> answer) {
    if (busy || records.isEmpty()) {
      throw new IllegalStateException("append of " + records.size() + " records, busy=" + busy);
    }
    // Encoded before anything is claimed: a record that cannot be leaves the writer as it was.
    var append = new Append(batches(records, entryBytes), answer);
    busy = true;
    append.next();
  }

  /** The records in batches that fit in a node each; more than one makes a transaction. */
  static List<List<ByteBuffer>> batches(List<Message> records, int entryBytes) {
    List<ByteBuffer> encoded = new ArrayList<>(records.size() + 2);
    int size = LogEntry.HEADER_SIZE_BYTES;
    for (Message record : records) {
      ByteBuffer bytes = RecordFrames.encode(record);
      encoded.add(bytes);
      size += bytes.remaining();
    }
    if (size <= entryBytes) {
      return List.of(encoded);
    }
    encoded.addFirst(RecordFrames.encode(new BeginTransactionRecord()));
    encoded.addLast(RecordFrames.encode(new EndTransactionRecord()));
    return cut(encoded, entryBytes - LogEntry.HEADER_SIZE_BYTES);
  }

  /** Consecutive groups, none larger than this unless one record alone is. */
  static List<List<ByteBuffer>> cut(List<ByteBuffer> encoded, int mostBytes) {
    List<List<ByteBuffer>> groups = new ArrayList<>();
    List<ByteBuffer> group = new ArrayList<>();
    int size = 0;
    for (ByteBuffer record : encoded) {
      if (!group.isEmpty() && size + record.remaining() > mostBytes) {
        groups.add(group);
        group = new ArrayList<>();
        size = 0;
      }
      group.add(record);
      size += record.remaining();
    }
    if (!group.isEmpty()) {
      groups.add(group);
    }
    return groups;
  }

  /** One call of {@link #append}: an entry for each batch, each settled before the next. */
  private final class Append {
    private final ArrayDeque<List<ByteBuffer>> batches;
    private final Consumer<AppendOutcome> answer;
    private final List<LogEntry> done = new ArrayList<>();
    private boolean isRefused;

    Append(List<List<ByteBuffer>> batches, Consumer<AppendOutcome> answer) {
      this.batches = new ArrayDeque<>(batches);
      this.answer = answer;
    }

    void next() {
      List<ByteBuffer> batch = batches.poll();
      if (batch == null) {
        finish(new AppendOutcome.Appended(done));
        return;
      }
      var author = new LogEntry.Author(epoch, controllerId, clock.wallMs());
      write(LogEntry.encode(author, tail.endOffset(), batch), batch.size());
    }

    private void write(byte[] entry, int count) {
      long base = tail.endOffset();
      session.write(
          List.of(
              epochCheck(),
              Change.create(MetadataPaths.entry(base), entry),
              new Change.Set(
                  MetadataPaths.TAIL, new LogTail(base + count, base).bytes(), tailVersion)),
          outcome -> written(outcome, entry, count));
    }

    private void written(Outcome<Done> outcome, byte[] entry, int count) {
      if (closed) {
        return;
      }
      switch (outcome) {
        case Outcome.Ok<Done> _ -> succeeded(entry, count);
        case Outcome.BadVersion<Done>(int change) when change == 0 ->
            finish(new AppendOutcome.Deposed());
        // An earlier try of this very write has happened after all, or we are not what we think.
        case Outcome.NodeExists<Done> _, Outcome.BadVersion<Done> _ -> verify(entry, count);
        case Outcome.Unknown<Done> _ -> lane.retry(() -> settle(entry, count));
        case Outcome.Expired<Done> _ -> finish(new AppendOutcome.SessionOver());
        default -> {
          // Whatever ZooKeeper has against it, the next controller would meet it too.
          refused(outcome);
          lane.retry(() -> settle(entry, count));
        }
      }
    }

    private void refused(Outcome<Done> outcome) {
      if (!isRefused) {
        isRefused = true;
        LOG.error(
            "ZooKeeper does not take the entry at offset {} of the metadata log, it is tried again:"
                + " {}",
            tail.endOffset(),
            outcome);
      }
    }

    /** Reads the tail to learn what became of a write. */
    private void settle(byte[] entry, int count) {
      if (closed) {
        return;
      }
      session.get(
          MetadataPaths.TAIL,
          null,
          outcome -> {
            if (closed) {
              return;
            }
            switch (outcome) {
              case Outcome.Ok<Node>(Node node) when node.version() == tailVersion ->
                  // Perhaps an old view of the tail; the version in the write decides.
                  write(entry, count);
              case Outcome.Ok<Node> _ -> verify(entry, count);
              case Outcome.Expired<Node> _ -> finish(new AppendOutcome.SessionOver());
              default -> lane.retry(() -> settle(entry, count));
            }
          });
    }

    /** Whether the entry at our offset is the one that we meant to write. */
    private void verify(byte[] entry, int count) {
      session.get(
          MetadataPaths.entry(tail.endOffset()),
          null,
          outcome -> {
            if (closed) {
              return;
            }
            switch (outcome) {
              case Outcome.Ok<Node>(Node node) when Arrays.equals(node.data(), entry) ->
                  succeeded(entry, count);
              case Outcome.Ok<Node> _, Outcome.NoNode<Node> _ -> {
                LOG.info("Another controller writes: epoch {} is over", epoch);
                finish(new AppendOutcome.Deposed());
              }
              case Outcome.Expired<Node> _ -> finish(new AppendOutcome.SessionOver());
              default -> lane.retry(() -> verify(entry, count));
            }
          });
    }

    private void succeeded(byte[] entry, int count) {
      long base = tail.endOffset();
      done.add(LogEntry.decode(entry, base));
      tail = new LogTail(base + count, base);
      tailVersion++;
      next();
    }

    private void finish(AppendOutcome outcome) {
      busy = false;
      answer.accept(outcome);
    }
  }
}
