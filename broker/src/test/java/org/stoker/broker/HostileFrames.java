package org.stoker.broker;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.List;
import java.util.zip.CRC32C;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.DescribeConfigsRequestData;
import org.apache.kafka.common.message.DescribeGroupsRequestData;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.stoker.base.SystemClock;
import org.stoker.records.BatchBuilder;
import org.stoker.records.Compression;
import org.stoker.records.CompressionType;
import org.stoker.records.RecordBatch;

/** Requests that nobody sends who means well. */
final class HostileFrames {
  private static final int LENGTH_POSITION = 8;
  private static final int CRC_POSITION = 17;
  private static final int ATTRIBUTES_POSITION = 21;

  private HostileFrames() {}

  /** A batch with one record of so many zeros. */
  static ByteBuffer bomb(CompressionType type, int zeroCount) throws IOException {
    ByteBuffer record = ByteBuffer.allocate(32);
    putVarint(record, 1 + 1 + 1 + 1 + sizeOfVarint(zeroCount) + zeroCount + 1);
    record.put((byte) 0).put((byte) 0).put((byte) 0).put((byte) 1);
    putVarint(record, zeroCount);
    var payload = new ByteArrayOutputStream();
    byte[] zeros = new byte[64 * 1024];
    try (OutputStream target = Compression.of(type).compressTo(payload)) {
      target.write(record.array(), 0, record.position());
      // And one more: a record without headers.
      for (int left = zeroCount + 1; left > 0; left -= zeros.length) {
        target.write(zeros, 0, Math.min(left, zeros.length));
      }
    }
    return batch(type, payload.toByteArray());
  }

  private static ByteBuffer batch(CompressionType type, byte[] payload) {
    ByteBuffer bytes = ByteBuffer.allocate(RecordBatch.HEADER_SIZE_BYTES + payload.length);
    try (BatchBuilder builder = BatchBuilder.uncompressed()) {
      ByteBuffer small = builder.append(new SystemClock().wallMs(), null, new byte[1]).build();
      bytes.put(small.slice(0, RecordBatch.HEADER_SIZE_BYTES)).put(payload).flip();
    }
    bytes.putInt(LENGTH_POSITION, bytes.limit() - RecordBatch.LOG_OVERHEAD_BYTES);
    bytes.putShort(ATTRIBUTES_POSITION, (short) type.code());
    var crc = new CRC32C();
    crc.update(bytes.slice(ATTRIBUTES_POSITION, bytes.limit() - ATTRIBUTES_POSITION));
    bytes.putInt(CRC_POSITION, (int) crc.getValue());
    return bytes;
  }

  private static int sizeOfVarint(int value) {
    ByteBuffer scratch = ByteBuffer.allocate(5);
    putVarint(scratch, value);
    return scratch.position();
  }

  private static void putVarint(ByteBuffer target, int value) {
    int bits = (value << 1) ^ (value >> 31);
    while ((bits & ~0x7f) != 0) {
      target.put((byte) (bits | 0x80));
      bits >>>= 7;
    }
    target.put((byte) bits);
  }

  static ProduceRequestData produce(String topic, ByteBuffer batch) {
    var topics = new ProduceRequestData.TopicProduceDataCollection();
    topics.add(
        new ProduceRequestData.TopicProduceData()
            .setName(topic)
            .setPartitionData(
                List.of(
                    new ProduceRequestData.PartitionProduceData()
                        .setIndex(0)
                        .setRecords(MemoryRecords.readableRecords(batch)))));
    return new ProduceRequestData().setAcks((short) -1).setTimeoutMs(30_000).setTopicData(topics);
  }

  static FetchRequestData fetch(int partitionCount, int maxWaitMs) {
    var partition = new FetchRequestData.FetchPartition().setPartitionMaxBytes(1_000);
    var topic = new FetchRequestData.FetchTopic().setTopic("nowhere");
    for (int i = 0; i < partitionCount; i++) {
      topic.partitions().add(partition);
    }
    return new FetchRequestData()
        .setMaxWaitMs(maxWaitMs)
        .setMinBytes(1)
        .setMaxBytes(1_000_000)
        .setTopics(List.of(topic));
  }

  /** Answered at once, and kept as a fetch session (KIP-227). */
  static FetchRequestData newSession(int partitionCount) {
    var topic = new FetchRequestData.FetchTopic().setTopic("nowhere");
    for (int i = 0; i < partitionCount; i++) {
      topic.partitions().add(new FetchRequestData.FetchPartition().setPartition(i));
    }
    return new FetchRequestData().setSessionEpoch(0).setMaxWaitMs(0).setTopics(List.of(topic));
  }

  static MetadataRequestData metadata(int topicCount) {
    var topic = new MetadataRequestData.MetadataRequestTopic().setName("nowhere");
    var request = new MetadataRequestData().setAllowAutoTopicCreation(false);
    for (int i = 0; i < topicCount; i++) {
      request.topics().add(topic);
    }
    return request;
  }

  static DeleteTopicsRequestData deleteTopics(int topicCount) {
    return new DeleteTopicsRequestData()
        .setTimeoutMs(1_000)
        .setTopicNames(Collections.nCopies(topicCount, "nowhere"));
  }

  static DescribeConfigsRequestData describeConfigs(int topicCount) {
    var topic =
        new DescribeConfigsRequestData.DescribeConfigsResource()
            .setResourceType((byte) 2)
            .setResourceName("nowhere")
            .setConfigurationKeys(null);
    return new DescribeConfigsRequestData().setResources(Collections.nCopies(topicCount, topic));
  }

  /** Everything about the broker, so many times. */
  static DescribeConfigsRequestData describeBroker(int times) {
    var broker =
        new DescribeConfigsRequestData.DescribeConfigsResource()
            .setResourceType((byte) 4)
            .setResourceName("0")
            .setConfigurationKeys(null);
    return new DescribeConfigsRequestData()
        .setIncludeDocumentation(true)
        .setIncludeSynonyms(true)
        .setResources(Collections.nCopies(times, broker));
  }

  static DescribeGroupsRequestData describeGroup(String group, int times) {
    return new DescribeGroupsRequestData().setGroups(Collections.nCopies(times, group));
  }

  /** All offsets of a group, so many times. */
  static OffsetFetchRequestData offsetsOf(String group, int times) {
    var asked =
        new OffsetFetchRequestData.OffsetFetchRequestGroup().setGroupId(group).setTopics(null);
    return new OffsetFetchRequestData().setGroups(Collections.nCopies(times, asked));
  }

  static JoinGroupRequestData joinGroup(String group, int metadataSize) {
    var protocols = new JoinGroupRequestData.JoinGroupRequestProtocolCollection();
    protocols.add(
        new JoinGroupRequestData.JoinGroupRequestProtocol()
            .setName("range")
            .setMetadata(new byte[metadataSize]));
    return new JoinGroupRequestData()
        .setGroupId(group)
        .setMemberId("")
        .setSessionTimeoutMs(300_000)
        .setRebalanceTimeoutMs(300_000)
        .setProtocolType("hostile")
        .setProtocols(protocols);
  }

  static ListOffsetsRequestData listOffsets(int partitionCount) {
    var partition = new ListOffsetsRequestData.ListOffsetsPartition().setTimestamp(-1);
    var topic =
        new ListOffsetsRequestData.ListOffsetsTopic()
            .setName("nowhere")
            .setPartitions(Collections.nCopies(partitionCount, partition));
    return new ListOffsetsRequestData().setReplicaId(-1).setTopics(List.of(topic));
  }

  static ProduceRequestData emptyProduce(int partitionCount) {
    var topics = new ProduceRequestData.TopicProduceDataCollection();
    var partition = new ProduceRequestData.PartitionProduceData().setRecords(null);
    topics.add(
        new ProduceRequestData.TopicProduceData()
            .setName("bomb-producer")
            .setPartitionData(Collections.nCopies(partitionCount, partition)));
    return new ProduceRequestData().setAcks((short) -1).setTimeoutMs(1_000).setTopicData(topics);
  }

  static OffsetFetchRequestData offsetFetch(int partitionCount) {
    var topic = new OffsetFetchRequestData.OffsetFetchRequestTopic().setName("nowhere");
    for (int i = 0; i < partitionCount; i++) {
      topic.partitionIndexes().add(i);
    }
    return new OffsetFetchRequestData().setGroupId("nobody").setTopics(List.of(topic));
  }
}
