package org.stoker.tools;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.AbortedTxn;
import org.apache.kafka.common.message.KRaftVersionRecord;
import org.apache.kafka.common.message.LeaderChangeMessage;
import org.apache.kafka.common.message.SnapshotFooterRecord;
import org.apache.kafka.common.message.SnapshotHeaderRecord;
import org.apache.kafka.common.message.VotersRecord;
import org.apache.kafka.common.metadata.ConfigRecord;
import org.apache.kafka.common.metadata.PartitionRecord;
import org.apache.kafka.common.metadata.RegisterBrokerRecord;
import org.apache.kafka.common.metadata.TopicRecord;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.FileRecords;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecord;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecordSerde;
import org.apache.kafka.coordinator.group.GroupCoordinatorRecordSerde;
import org.apache.kafka.coordinator.group.generated.GroupMetadataKey;
import org.apache.kafka.coordinator.group.generated.GroupMetadataValue;
import org.apache.kafka.coordinator.group.generated.OffsetCommitKey;
import org.apache.kafka.coordinator.group.generated.OffsetCommitValue;
import org.apache.kafka.coordinator.group.generated.ShareGroupMetadataKey;
import org.apache.kafka.coordinator.group.generated.ShareGroupMetadataValue;
import org.apache.kafka.coordinator.share.ShareCoordinatorRecordSerde;
import org.apache.kafka.coordinator.share.generated.ShareSnapshotKey;
import org.apache.kafka.coordinator.share.generated.ShareSnapshotValue;
import org.apache.kafka.coordinator.share.generated.ShareUpdateKey;
import org.apache.kafka.coordinator.share.generated.ShareUpdateValue;
import org.apache.kafka.coordinator.transaction.TransactionLog;
import org.apache.kafka.coordinator.transaction.TransactionState;
import org.apache.kafka.coordinator.transaction.TxnTransitMetadata;
import org.apache.kafka.metadata.MetadataRecordSerde;
import org.apache.kafka.server.common.ApiMessageAndVersion;
import org.apache.kafka.server.common.TransactionVersion;
import org.apache.kafka.server.log.remote.metadata.storage.serialization.RemoteLogMetadataSerde;
import org.apache.kafka.server.log.remote.storage.RemoteLogMetadata;
import org.apache.kafka.server.log.remote.storage.RemoteLogSegmentId;
import org.apache.kafka.server.log.remote.storage.RemoteLogSegmentMetadata;
import org.apache.kafka.server.log.remote.storage.RemoteLogSegmentMetadataUpdate;
import org.apache.kafka.server.log.remote.storage.RemoteLogSegmentState;
import org.apache.kafka.server.log.remote.storage.RemotePartitionDeleteMetadata;
import org.apache.kafka.server.log.remote.storage.RemotePartitionDeleteState;
import org.apache.kafka.storage.internals.log.TransactionIndex;
import org.jspecify.annotations.Nullable;

/**
 * Files that only some brokers write, made with Kafka's own classes: so what reads them is compared
 * whichever broker is under the comparison.
 */
final class KafkaFiles {
  private static final long TIMESTAMP = 1_700_000_000_000L;
  private static final int LEADER_EPOCH = 4;
  private static final long PRODUCER_ID = 77;
  private static final short PRODUCER_EPOCH = 2;
  private static final String LOG = "00000000000000000000.log";

  private KafkaFiles() {}

  /** Transactions, one committed and two aborted, and the index of those aborted. */
  static void writeTransactions(Path directory) throws IOException {
    long offset = 0;
    try (FileRecords log = create(directory);
        var aborted =
            new TransactionIndex(0, directory.resolve("00000000000000000000.txnindex").toFile())) {
      int sequence = 0;
      for (ControlRecordType end :
          List.of(ControlRecordType.COMMIT, ControlRecordType.ABORT, ControlRecordType.ABORT)) {
        long first = offset;
        log.append(
            MemoryRecords.withTransactionalRecords(
                first,
                Compression.NONE,
                PRODUCER_ID,
                PRODUCER_EPOCH,
                sequence,
                LEADER_EPOCH,
                record("a", "1"),
                record("b", "2")));
        sequence += 2;
        log.append(
            MemoryRecords.withEndTransactionMarker(
                first + 2,
                TIMESTAMP,
                LEADER_EPOCH,
                PRODUCER_ID,
                PRODUCER_EPOCH,
                new EndTransactionMarker(end, 9)));
        offset = first + 3;
        if (end == ControlRecordType.ABORT) {
          aborted.append(
              new AbortedTxn()
                  .setProducerId(PRODUCER_ID)
                  .setFirstOffset(first)
                  .setLastOffset(offset - 1)
                  .setLastStableOffset(offset));
        }
      }
    }
  }

  /** What a transaction coordinator remembers: running, prepared, complete, forgotten. */
  static void writeTransactionStates(Path directory) throws IOException {
    write(directory, transactionStates());
  }

  private static void write(Path directory, List<SimpleRecord> records) throws IOException {
    try (FileRecords log = create(directory)) {
      log.append(
          MemoryRecords.withRecords(
              0L, Compression.NONE, LEADER_EPOCH, records.toArray(SimpleRecord[]::new)));
    }
  }

  static List<SimpleRecord> transactionStates() {
    byte[] key = TransactionLog.keyToBytes("dumper");
    return List.of(
        new SimpleRecord(TIMESTAMP, key, transaction(TransactionState.EMPTY)),
        new SimpleRecord(TIMESTAMP, key, transaction(TransactionState.ONGOING)),
        new SimpleRecord(TIMESTAMP, key, transaction(TransactionState.PREPARE_ABORT)),
        new SimpleRecord(TIMESTAMP, key, transaction(TransactionState.COMPLETE_COMMIT)),
        new SimpleRecord(TIMESTAMP, key, null));
  }

  /** What a share coordinator remembers of a partition. */
  static void writeShareStates(Path directory) throws IOException {
    write(directory, shareStates());
  }

  static List<SimpleRecord> shareStates() {
    var serde = new ShareCoordinatorRecordSerde();
    var snapshotKey =
        new ShareSnapshotKey().setGroupId("sharers").setTopicId(new Uuid(3, 4)).setPartition(1);
    var snapshot =
        new ShareSnapshotValue()
            .setSnapshotEpoch(1)
            .setStateEpoch(2)
            .setLeaderEpoch(3)
            .setStartOffset(40)
            .setDeliveryCompleteCount(1)
            .setCreateTimestamp(TIMESTAMP)
            .setWriteTimestamp(TIMESTAMP)
            .setStateBatches(
                List.of(
                    new ShareSnapshotValue.StateBatch()
                        .setFirstOffset(41)
                        .setLastOffset(45)
                        .setDeliveryState((byte) 2)
                        .setDeliveryCount((short) 1)));
    return List.of(
        record(serde, snapshotKey, snapshot),
        record(
            serde,
            new ShareUpdateKey().setGroupId("sharers").setTopicId(new Uuid(3, 4)).setPartition(1),
            new ShareUpdateValue().setSnapshotEpoch(1).setLeaderEpoch(3).setStartOffset(50)),
        record(serde, snapshotKey, null));
  }

  /** What a group coordinator remembers of groups of every kind. */
  static List<SimpleRecord> groups() {
    var serde = new GroupCoordinatorRecordSerde();
    return List.of(
        record(
            serde,
            new OffsetCommitKey().setGroup("g").setTopic("t").setPartition(2),
            new OffsetCommitValue()
                .setOffset(5)
                .setMetadata("so far")
                .setCommitTimestamp(TIMESTAMP)),
        record(
            serde,
            new GroupMetadataKey().setGroup("g"),
            new GroupMetadataValue()
                .setProtocolType("consumer")
                .setGeneration(3)
                .setProtocol("range")
                .setLeader("m")
                .setMembers(
                    List.of(
                        new GroupMetadataValue.MemberMetadata()
                            .setMemberId("m")
                            .setClientId("c")
                            .setClientHost("/127.0.0.1")
                            .setSubscription(new byte[] {1, 2, 3})
                            .setAssignment(new byte[0])))),
        record(serde, new OffsetCommitKey().setGroup("g").setTopic("t").setPartition(2), null),
        record(serde, new GroupMetadataKey().setGroup("g"), null),
        record(
            serde,
            new ShareGroupMetadataKey().setGroupId("sharers"),
            new ShareGroupMetadataValue().setEpoch(7)),
        new SimpleRecord(TIMESTAMP, null, new byte[] {1}),
        new SimpleRecord(TIMESTAMP, new byte[] {0, 99}, new byte[] {0, 0}));
  }

  private static SimpleRecord record(
      CoordinatorRecordSerde serde, ApiMessage key, @Nullable ApiMessage value) {
    CoordinatorRecord record =
        value == null
            ? CoordinatorRecord.tombstone(key)
            : CoordinatorRecord.record(key, new ApiMessageAndVersion(value, (short) 0));
    return new SimpleRecord(TIMESTAMP, serde.serializeKey(record), serde.serializeValue(record));
  }

  /** What tiered storage keeps about segments that lie elsewhere. */
  static void writeRemoteLogMetadata(Path directory) throws IOException {
    var partition = new TopicIdPartition(new Uuid(3, 4), 1, "tiered");
    var segment = new RemoteLogSegmentId(partition, new Uuid(5, 6));
    Map<Integer, Long> epochs = Map.of(0, 0L, 2, 20L);
    var custom = Optional.of(new RemoteLogSegmentMetadata.CustomMetadata(new byte[] {1, 2, 3}));
    var started =
        new RemoteLogSegmentMetadata(segment, 0, 99, TIMESTAMP, 1, TIMESTAMP + 1, 1024, epochs);
    RemoteLogSegmentMetadata finished =
        new RemoteLogSegmentMetadata(
            segment,
            0,
            99,
            TIMESTAMP,
            1,
            TIMESTAMP + 1,
            1024,
            custom,
            RemoteLogSegmentState.COPY_SEGMENT_FINISHED,
            epochs,
            true);
    List<RemoteLogMetadata> all =
        List.of(
            started,
            finished,
            new RemoteLogSegmentMetadataUpdate(
                segment, TIMESTAMP, custom, RemoteLogSegmentState.DELETE_SEGMENT_STARTED, 1),
            new RemoteLogSegmentMetadataUpdate(
                segment,
                TIMESTAMP,
                Optional.empty(),
                RemoteLogSegmentState.DELETE_SEGMENT_FINISHED,
                1),
            new RemotePartitionDeleteMetadata(
                partition, RemotePartitionDeleteState.DELETE_PARTITION_MARKED, TIMESTAMP, 1));
    var serde = new RemoteLogMetadataSerde();
    var records = new ArrayList<SimpleRecord>();
    for (RemoteLogMetadata metadata : all) {
      records.add(new SimpleRecord(TIMESTAMP, null, serde.serialize(metadata)));
    }
    records.add(new SimpleRecord(TIMESTAMP, null, new byte[] {1, 77, 0}));
    records.add(new SimpleRecord(TIMESTAMP, null, new byte[] {1}));
    write(directory, records);
  }

  private static byte[] transaction(TransactionState state) {
    boolean hasPartitions = state != TransactionState.EMPTY;
    var partitions =
        new HashSet<>(
            hasPartitions
                ? List.of(new TopicPartition("t", 0), new TopicPartition("t", 1))
                : List.of());
    return TransactionLog.valueToBytes(
        new TxnTransitMetadata(
            PRODUCER_ID,
            PRODUCER_ID,
            -1,
            PRODUCER_EPOCH,
            (short) (PRODUCER_EPOCH - 1),
            60_000,
            state,
            partitions,
            hasPartitions ? TIMESTAMP : -1,
            TIMESTAMP + 1,
            TransactionVersion.TV_0),
        TransactionVersion.TV_0);
  }

  /** A part of the log that Kafka's controllers keep, with every kind of control record. */
  static void writeClusterMetadata(Path directory) throws IOException {
    Uuid topicId = new Uuid(3, 4);
    try (FileRecords log = create(directory)) {
      log.append(
          MemoryRecords.withLeaderChangeMessage(
              0,
              TIMESTAMP,
              LEADER_EPOCH,
              ByteBuffer.allocate(512),
              new LeaderChangeMessage().setLeaderId(1)));
      log.append(
          MemoryRecords.withSnapshotHeaderRecord(
              1,
              TIMESTAMP,
              LEADER_EPOCH,
              ByteBuffer.allocate(512),
              new SnapshotHeaderRecord().setLastContainedLogTimestamp(TIMESTAMP)));
      log.append(
          MemoryRecords.withKRaftVersionRecord(
              2,
              TIMESTAMP,
              LEADER_EPOCH,
              ByteBuffer.allocate(512),
              new KRaftVersionRecord().setKRaftVersion((short) 1)));
      log.append(
          MemoryRecords.withVotersRecord(
              3, TIMESTAMP, LEADER_EPOCH, ByteBuffer.allocate(512), new VotersRecord()));
      log.append(
          MemoryRecords.withRecords(
              4L,
              Compression.NONE,
              LEADER_EPOCH,
              metadata(new TopicRecord().setName("dumped").setTopicId(topicId), 0),
              metadata(
                  new PartitionRecord()
                      .setTopicId(topicId)
                      .setPartitionId(0)
                      .setLeader(1)
                      .setReplicas(List.of(1))
                      .setIsr(List.of(1))
                      .setDirectories(List.of(new Uuid(5, 6))),
                  1),
              metadata(
                  new ConfigRecord()
                      .setResourceType((byte) 2)
                      .setResourceName("dumped")
                      .setName("retention.ms")
                      .setValue("5"),
                  0),
              metadata(
                  new RegisterBrokerRecord()
                      .setBrokerId(1)
                      .setIncarnationId(new Uuid(7, 8))
                      .setLogDirs(List.of(new Uuid(5, 6))),
                  3),
              new SimpleRecord(TIMESTAMP, null, new byte[] {1, 99, 0, 0}),
              new SimpleRecord(TIMESTAMP, null, new byte[0])));
      log.append(
          MemoryRecords.withSnapshotFooterRecord(
              10, TIMESTAMP, LEADER_EPOCH, ByteBuffer.allocate(512), new SnapshotFooterRecord()));
    }
  }

  private static SimpleRecord metadata(ApiMessage message, int version) {
    var versioned = new ApiMessageAndVersion(message, (short) version);
    var cache = new ObjectSerializationCache();
    ByteBuffer bytes =
        ByteBuffer.allocate(MetadataRecordSerde.INSTANCE.recordSize(versioned, cache));
    MetadataRecordSerde.INSTANCE.write(versioned, cache, new ByteBufferAccessor(bytes));
    return new SimpleRecord(TIMESTAMP, null, bytes.array());
  }

  private static FileRecords create(Path directory) throws IOException {
    Files.createDirectories(directory);
    return FileRecords.open(directory.resolve(LOG).toFile());
  }

  private static SimpleRecord record(String key, String value) {
    return new SimpleRecord(
        TIMESTAMP, key.getBytes(StandardCharsets.UTF_8), value.getBytes(StandardCharsets.UTF_8));
  }
}
