package org.stoker.log;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.FileRecords;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Records;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.server.common.RequestLocal;
import org.apache.kafka.server.storage.log.FetchIsolation;
import org.apache.kafka.server.util.KafkaScheduler;
import org.apache.kafka.storage.internals.log.LogDirFailureChannel;
import org.apache.kafka.storage.internals.log.ProducerStateManagerConfig;
import org.apache.kafka.storage.internals.log.UnifiedLog;
import org.apache.kafka.storage.internals.log.VerificationGuard;
import org.apache.kafka.storage.log.metrics.BrokerTopicStats;
import org.jspecify.annotations.Nullable;

/** A partition's directory in the hands of Apache Kafka's own storage classes. */
final class KafkaLog implements AutoCloseable {
  static final String SEGMENT_BYTES =
      org.apache.kafka.storage.internals.log.LogConfig.INTERNAL_SEGMENT_BYTES_CONFIG;

  private final KafkaScheduler scheduler = new KafkaScheduler(1);
  final UnifiedLog log;

  KafkaLog(Path directory, boolean wasClosedCleanly, long recoveryPoint) {
    this(
        directory,
        wasClosedCleanly,
        recoveryPoint,
        Map.of(SEGMENT_BYTES, "2000", "index.interval.bytes", "200"),
        Time.SYSTEM);
  }

  KafkaLog(
      Path directory,
      boolean wasClosedCleanly,
      long recoveryPoint,
      Map<String, String> config,
      Time time) {
    scheduler.startup();
    try {
      log =
          UnifiedLog.create(
              directory.toFile(),
              new org.apache.kafka.storage.internals.log.LogConfig(config),
              0,
              recoveryPoint,
              scheduler,
              new BrokerTopicStats(),
              time,
              300_000,
              new ProducerStateManagerConfig(86_400_000, false),
              600_000,
              new LogDirFailureChannel(1),
              wasClosedCleanly,
              Optional.empty());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  void append(MemoryRecords records, int leaderEpoch) {
    try {
      log.appendAsLeader(records, leaderEpoch);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  void endTransaction(long timestamp, long producerId, boolean isCommit, int leaderEpoch) {
    var marker =
        new EndTransactionMarker(isCommit ? ControlRecordType.COMMIT : ControlRecordType.ABORT, 3);
    log.appendAsLeader(
        MemoryRecords.withEndTransactionMarker(timestamp, producerId, (short) 0, marker),
        leaderEpoch,
        org.apache.kafka.storage.internals.log.AppendOrigin.COORDINATOR,
        RequestLocal.noCaching(),
        VerificationGuard.SENTINEL,
        (short) 1);
  }

  /**
   * All that a producer can send: plain, compressed, idempotent, in transactions, in two epochs.
   */
  void appendSomeOfEverything(long firstTimestamp) {
    for (int i = 0; i < 40; i++) {
      long timestamp = firstTimestamp + i * 10L;
      int epoch = i < 20 ? 0 : 4;
      Compression compression =
          switch (i % 5) {
            case 0 -> Compression.NONE;
            case 1 -> Compression.gzip().build();
            case 2 -> Compression.lz4().build();
            case 3 -> Compression.snappy().build();
            default -> Compression.zstd().build();
          };
      append(MemoryRecords.withRecords(compression, records(timestamp, "plain" + i)), epoch);
      append(
          MemoryRecords.withIdempotentRecords(
              compression, 7L, (short) 0, i * 2, records(timestamp + 1, "idempotent" + i)),
          epoch);
      append(
          MemoryRecords.withTransactionalRecords(
              compression, 8L, (short) 0, i * 2, records(timestamp + 2, "transactional" + i)),
          epoch);
      if (i % 3 == 0) {
        endTransaction(timestamp + 3, 8L, i % 2 == 0, epoch);
      }
    }
  }

  static SimpleRecord[] records(long timestamp, String value) {
    return new SimpleRecord[] {
      new SimpleRecord(timestamp, "key".getBytes(UTF_8), value.getBytes(UTF_8)),
      new SimpleRecord(timestamp + 1, null, (value + " and more").getBytes(UTF_8))
    };
  }

  /** The bytes of all batches. */
  ByteBuffer allBytes() {
    var parts = new ArrayList<ByteBuffer>();
    int size = 0;
    long next = log.logStartOffset();
    try {
      while (next < log.logEndOffset()) {
        Records records = log.read(next, 1 << 20, FetchIsolation.LOG_END, true).records;
        ByteBuffer bytes = ByteBuffer.allocate(records.sizeInBytes());
        ((FileRecords) records).readInto(bytes, 0);
        for (var batch : MemoryRecords.readableRecords(bytes.duplicate()).batches()) {
          next = batch.nextOffset();
        }
        parts.add(bytes);
        size += bytes.remaining();
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    ByteBuffer all = ByteBuffer.allocate(size);
    parts.forEach(all::put);
    return all.flip();
  }

  List<AbortedTransaction> abortedTransactions(long from, long to) {
    // Kafka's method counts from the log start; its fetch path counts from the fetch offset.
    return log.collectAbortedTransactions(from, to).stream()
        .filter(each -> each.lastOffset() >= from)
        .map(each -> new AbortedTransaction(each.producerId(), each.firstOffset(), -1, -1))
        .toList();
  }

  @Nullable FoundOffset offsetAt(long timestamp) {
    return log.fetchOffsetByTimestamp(timestamp, Optional.empty())
        .timestampAndOffsetOpt()
        .map(found -> new FoundOffset(found.timestamp, found.offset, found.leaderEpoch.orElse(-1)))
        .orElse(null);
  }

  /** As a broker does at a clean stop. */
  @Override
  public void close() {
    log.close();
    stop();
  }

  /** As kill -9 leaves it. */
  void kill() {
    stop();
  }

  private void stop() {
    try {
      scheduler.shutdown();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
