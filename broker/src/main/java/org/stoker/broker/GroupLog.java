package org.stoker.broker;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stoker.base.StorageException;
import org.stoker.coordinator.group.GroupCoordinator;
import org.stoker.coordinator.runtime.ShardLog;
import org.stoker.log.AppendOrigin;
import org.stoker.log.Log;
import org.stoker.log.ReadOutcome;
import org.stoker.metadata.ClusterImage;
import org.stoker.metadata.TopicImage;
import org.stoker.protocol.ErrorCode;
import org.stoker.records.BatchWalk;
import org.stoker.records.CorruptBatchException;
import org.stoker.records.FileRecordBytes;
import org.stoker.records.MemoryRecordBytes;
import org.stoker.records.RecordBytes;
import org.stoker.records.RecordCursor;
import org.stoker.replication.AppendCommand;
import org.stoker.replication.AppendReply;
import org.stoker.replication.Partition;
import org.stoker.replication.Partitions;

/** Joins the group coordinator to the partitions of {@code __consumer_offsets} on this broker. */
final class GroupLog implements ShardLog {
  private static final Logger LOG = LoggerFactory.getLogger(GroupLog.class);

  // Records that were committed together lie together; most reads are of one batch.
  private static final int READ_BYTES = 64 * 1024;

  private final Supplier<ClusterImage> image;
  private final Partitions partitions;
  private final Executor chores;
  private final Executor reads;
  private final int loadBufferBytes;

  /**
   * @param chores runs what reads whole partitions
   * @param reads runs what reads single records
   * @param loadBufferBytes as much of a partition is read at once, by each thread that reads one
   */
  GroupLog(
      Supplier<ClusterImage> image,
      Partitions partitions,
      Executor chores,
      Executor reads,
      int loadBufferBytes) {
    this.image = image;
    this.partitions = partitions;
    this.chores = chores;
    this.reads = reads;
    this.loadBufferBytes = loadBufferBytes;
  }

  private @Nullable Partition find(int index) {
    TopicImage topic = image.get().topic(GroupCoordinator.TOPIC.name());
    return topic == null ? null : partitions.find(topic.id(), index);
  }

  @Override
  public int maxBatchBytes(int index) {
    Partition partition = find(index);
    return partition == null ? Integer.MAX_VALUE : partition.rules().produce().maxMessageBytes();
  }

  // ---- Appending.

  @Override
  public void append(int index, int leaderEpoch, ByteBuffer batch, Consumer<Appended> outcome) {
    Partition partition = find(index);
    if (partition == null) {
      outcome.accept(Appended.failed(ErrorCode.NOT_LEADER_OR_FOLLOWER));
      return;
    }
    partition.append(
        new AppendCommand(
                batch, AppendOrigin.COORDINATOR, true, reply -> outcome.accept(resultOf(reply)))
            .onlyInEpoch(leaderEpoch));
  }

  private static Appended resultOf(AppendReply reply) {
    return switch (reply) {
      case AppendReply.Accepted accepted -> new Appended(ErrorCode.NONE, accepted.baseOffset());
      case AppendReply.Refused(var error, var _) -> Appended.failed(error);
    };
  }

  private static ErrorCode errorOf(AppendReply reply) {
    return reply instanceof AppendReply.Refused(var error, var _) ? error : ErrorCode.NONE;
  }

  // ---- Loading.

  @Override
  public void load(int index, int leaderEpoch, LoadSink sink) {
    Partition partition = find(index);
    if (partition == null) {
      sink.finished(ErrorCode.NOT_LEADER_OR_FOLLOWER);
      return;
    }
    // What was being copied when this broker began to lead must be in the log by then.
    partition.afterEarlierTasks(() -> chores.execute(() -> loadAll(partition, sink)));
  }

  /** Nobody is told what may be lost yet: the end of the log waits for the other replicas. */
  private void loadAll(Partition partition, LoadSink sink) {
    ErrorCode outcome = load(partition, sink);
    if (outcome == ErrorCode.NONE) {
      partition.whenCommitted(reply -> sink.finished(errorOf(reply)));
    } else {
      sink.finished(outcome);
    }
  }

  private ErrorCode load(Partition partition, LoadSink sink) {
    Log log = partition.log();
    try {
      long end = log.logEndOffset();
      long offset = log.logStartOffset();
      while (offset < end && sink.isWanted()) {
        switch (log.read(offset, loadBufferBytes, end, true)) {
          case ReadOutcome.Data data -> offset = readAll(data.records(), sink);
          case ReadOutcome.Empty() -> offset = end;
          case ReadOutcome.OutOfRange(var logStart, var _) -> offset = logStart;
          case ReadOutcome.Damaged(var reason) -> {
            LOG.error("Groups of {} cannot be loaded: {}", partition.topicPartition(), reason);
            return ErrorCode.KAFKA_STORAGE_ERROR;
          }
        }
      }
      return ErrorCode.NONE;
    } catch (CorruptBatchException e) {
      LOG.error(
          "Groups of {} cannot be loaded: {}. Its groups are not served here, since what they"
              + " committed last may be in there. Let another replica lead the partition and remove"
              + " this one (kafka-reassign-partitions); if this is the only one, records up to that"
              + " batch can be deleted (kafka-delete-records), and groups that have not committed"
              + " since start where auto.offset.reset says",
          partition.topicPartition(),
          e.getMessage());
      return ErrorCode.KAFKA_STORAGE_ERROR;
    } catch (IOException | StorageException e) {
      LOG.error("Groups of {} cannot be loaded: {}", partition.topicPartition(), e.getMessage());
      return ErrorCode.KAFKA_STORAGE_ERROR;
    }
  }

  // ---- Single records.

  @Override
  public void read(int index, long[] offsets, RecordSink sink) {
    Partition partition = find(index);
    if (partition == null) {
      sink.finished(ErrorCode.NOT_LEADER_OR_FOLLOWER);
      return;
    }
    // It may have to open a file, or wait for the disk.
    reads.execute(() -> sink.finished(readEach(partition, offsets, sink)));
  }

  private static ErrorCode readEach(Partition partition, long[] offsets, RecordSink sink) {
    Log log = partition.log();
    try (var cursor = new RecordCursor(Integer.MAX_VALUE)) {
      int next = 0;
      while (next < offsets.length) {
        switch (log.read(offsets[next], READ_BYTES, log.logEndOffset(), true)) {
          case ReadOutcome.Data data ->
              next = handOver(inMemory(data.records()), cursor, offsets, next, sink);
          case ReadOutcome.Empty() -> next++;
          case ReadOutcome.OutOfRange(var logStart, var _) -> {
            if (offsets[next] >= logStart) {
              return ErrorCode.NOT_LEADER_OR_FOLLOWER;
            }
            next++;
          }
          case ReadOutcome.Damaged(var reason) -> {
            LOG.error(
                "Metadata of offsets in {} cannot be read: {}", partition.topicPartition(), reason);
            return ErrorCode.KAFKA_STORAGE_ERROR;
          }
        }
      }
      return ErrorCode.NONE;
    } catch (IOException | StorageException | CorruptBatchException e) {
      LOG.error(
          "Metadata of offsets in {} cannot be read: {}",
          partition.topicPartition(),
          e.getMessage());
      return ErrorCode.KAFKA_STORAGE_ERROR;
    }
  }

  /** Hands over those of the offsets that lie in these batches; says which one is next. */
  private static int handOver(
      ByteBuffer batches, RecordCursor cursor, long[] offsets, int first, RecordSink sink) {
    int next = first;
    var walk = new BatchWalk(batches);
    while (next < offsets.length && walk.next()) {
      if (walk.batch().nextOffset() <= offsets[next]) {
        continue;
      }
      cursor.open(walk.batch());
      while (next < offsets.length && cursor.next()) {
        if (cursor.offset() == offsets[next]) {
          ByteBuffer key = cursor.key();
          if (key != null) {
            sink.record(cursor.offset(), key, cursor.value());
          }
          next++;
        }
      }
      // What is not in the batch that covers it is not in the log any more.
      while (next < offsets.length && offsets[next] < walk.batch().nextOffset()) {
        next++;
      }
    }
    return Math.max(next, first + 1);
  }

  // ---- Bytes.

  /** Hands the batches to the sink, and says at which offset to go on. */
  private static long readAll(RecordBytes records, LoadSink sink) throws IOException {
    ByteBuffer batches = inMemory(records);
    sink.batches(batches.duplicate());
    long next = 0;
    BatchWalk walk = new BatchWalk(batches);
    while (walk.next()) {
      next = walk.batch().nextOffset();
    }
    return next;
  }

  private static ByteBuffer inMemory(RecordBytes records) throws IOException {
    return switch (records) {
      case FileRecordBytes file -> {
        try {
          yield read(file.channel(), file.position(), file.sizeInBytes());
        } finally {
          file.release();
        }
      }
      case MemoryRecordBytes memory -> memory.buffer();
      default -> throw new IllegalStateException("records of an unknown kind");
    };
  }

  private static ByteBuffer read(FileChannel channel, long position, int size) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(size);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, position + buffer.position()) < 0) {
        throw new IOException("the segment ends within a batch");
      }
    }
    return buffer.flip();
  }
}
