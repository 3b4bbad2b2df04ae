package org.stoker.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceDataCollection;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.requests.ProduceResponse;
import org.stoker.base.SystemClock;

/** A client that makes up more idempotent producers than fit into a default heap. */
final class ProducerFlood {
  static final String TOPIC = "flooded";
  static final int PARTITIONS = 50;
  // Above what an eighth of 256 MB holds, and more than fit into the whole without a bound.
  static final int PRODUCERS = 800_000;

  private static final int IN_FLIGHT = 64;
  private static final long FIRST_ID = 1_000_000;
  private static final short VERSION = 11;
  private static final long NOW_MS = new SystemClock().wallMs();

  private final int port;

  ProducerFlood(int port) {
    this.port = port;
  }

  /** A producer for each batch; says how many were taken. */
  int run() throws IOException {
    int taken = 0;
    try (var connection = new RawConnection(port)) {
      int sent = 0;
      int inFlight = 0;
      while (sent < PRODUCERS || inFlight > 0) {
        while (sent < PRODUCERS && inFlight < IN_FLIGHT) {
          connection.tell(ApiKeys.PRODUCE, VERSION, requestOf(FIRST_ID + sent));
          sent += PARTITIONS;
          inFlight++;
        }
        taken += takenOf(connection);
        inFlight--;
      }
    }
    return taken;
  }

  private static int takenOf(RawConnection connection) throws IOException {
    var answer = connection.receive();
    // The correlation id, and no tagged fields.
    answer.position(answer.position() + 5);
    int taken = 0;
    for (PartitionProduceResponse partition :
        ProduceResponse.parse(new ByteBufferAccessor(answer), VERSION)
            .data()
            .responses()
            .iterator()
            .next()
            .partitionResponses()) {
      Errors error = Errors.forCode(partition.errorCode());
      assertThat(error).isIn(Errors.NONE, Errors.POLICY_VIOLATION);
      taken += error == Errors.NONE ? 1 : 0;
    }
    return taken;
  }

  /** A batch of a new producer for each partition. */
  private static ProduceRequestData requestOf(long firstProducerId) {
    var partitions = new ArrayList<PartitionProduceData>(PARTITIONS);
    for (int partition = 0; partition < PARTITIONS; partition++) {
      partitions.add(
          new PartitionProduceData()
              .setIndex(partition)
              .setRecords(
                  MemoryRecords.withIdempotentRecords(
                      Compression.NONE,
                      firstProducerId + partition,
                      (short) 0,
                      0,
                      new SimpleRecord(NOW_MS, new byte[1]))));
    }
    var topics = new TopicProduceDataCollection();
    topics.add(new TopicProduceData().setName(TOPIC).setPartitionData(partitions));
    return new ProduceRequestData().setAcks((short) 1).setTimeoutMs(30_000).setTopicData(topics);
  }
}
