package org.stoker.simulation;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.stoker.base.ConfinedTo;
import org.stoker.protocol.message.ProduceRequest;
import org.stoker.records.BatchBuilder;
import org.stoker.records.Compression;
import org.stoker.records.CompressionType;
import org.stoker.records.MemoryRecordBytes;
import org.stoker.testkit.SplitMixSeed;

/** Makes a producer's batches, with a codec of its own; no value is made twice. */
@ConfinedTo(ConfinedTo.ONE_THREAD)
final class BatchMaker {
  private static final int LONGEST_FILLING = 200;
  // Above what a broker checks on its event loop, compressed or not.
  private static final int SERVER_TIMEOUT_MS = 1_500;
  private static final int LONG_FILLING = 20_000;
  private static final int LONG_ONCE_IN = 40;

  private final Client client;
  private final SplitMixSeed seed;
  private final CompressionType codec;
  private int valuesMade;

  BatchMaker(Client client) {
    this.client = client;
    this.seed = client.seed().fork();
    CompressionType[] codecs = CompressionType.values();
    this.codec = codecs[seed.nextInt(codecs.length)];
  }

  boolean compresses() {
    return codec != CompressionType.NONE;
  }

  List<String> values(int count) {
    List<String> values = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      values.add(client.name() + "/" + valuesMade++);
    }
    return values;
  }

  static ProduceRequest request(History.Partition partition, short acks, ByteBuffer batch) {
    return new ProduceRequest()
        .setAcks(acks)
        .setTimeoutMs(SERVER_TIMEOUT_MS)
        .setTopicData(
            List.of(
                new ProduceRequest.TopicProduceData()
                    .setTopicId(partition.topicId())
                    .setPartitionData(
                        List.of(
                            new ProduceRequest.PartitionProduceData()
                                .setIndex(partition.index())
                                .setRecords(new MemoryRecordBytes(batch))))));
  }

  BatchBuilder builder() {
    return BatchBuilder.of(Compression.of(codec));
  }

  ByteBuffer build(BatchBuilder batch, List<String> values) {
    for (String value : values) {
      int longest = seed.oneIn(LONG_ONCE_IN) ? LONG_FILLING : LONGEST_FILLING;
      String text = value + ":" + "x".repeat(seed.nextInt(longest));
      batch.append(client.world().clock().wallMs(), null, text.getBytes(StandardCharsets.UTF_8));
    }
    return batch.build();
  }
}
