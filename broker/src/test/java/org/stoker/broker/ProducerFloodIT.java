package org.stoker.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.errors.PolicyViolationException;
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
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stoker.base.SystemClock;

/** A broker with its default heap, and a client that makes up more producers than fit into it. */
final class ProducerFloodIT {
  private static final String FLOODED = "flooded";
  private static final String ORDERS = "orders";
  private static final int PARTITIONS = 50;
  // Above what an eighth of 256 MB holds, and more than fit into the whole without a bound.
  private static final int PRODUCERS = 800_000;
  private static final int IN_FLIGHT = 64;
  private static final long FIRST_ID = 1_000_000;
  private static final short VERSION = 11;
  private static final long NOW_MS = new SystemClock().wallMs();

  private final int port = UnusedPort.any();

  @TempDir private Path data;

  private BrokerProcess start() throws IOException {
    return BrokerProcess.start(data, port);
  }

  @Test
  void aFloodOfProducersNeitherEndsABrokerNorStopsItsOldProducersNorKeepsItFromStarting()
      throws Exception {
    QuietClients.hush();
    try (KafkaProducer<String, String> old = producer()) {
      try (BrokerProcess broker = start()) {
        prepare(broker.awaitReady());
        send(old, ORDERS);
        send(old, FLOODED);

        int taken = flood();

        assertThat(taken).isBetween(100_000, PRODUCERS / 2);
        send(old, ORDERS);
        send(old, FLOODED);
        try (KafkaProducer<String, String> another = producer()) {
          assertThatThrownBy(() -> send(another, FLOODED))
              .isInstanceOf(ExecutionException.class)
              .cause()
              .isInstanceOf(PolicyViolationException.class)
              .hasMessageContaining("KAFKA_HEAP_OPTS");
          send(another, ORDERS);
        }
        assertThat(broker.isAlive()).isTrue();
        broker.kill();
      }

      try (BrokerProcess broker = start()) {
        broker.awaitReady();
        send(old, ORDERS);
        send(old, FLOODED);
        try (KafkaProducer<String, String> another = producer()) {
          send(another, ORDERS);
        }
        assertThat(broker.isAlive()).isTrue();
      }
    }
  }

  private KafkaProducer<String, String> producer() {
    return new KafkaProducer<>(
        Map.of("bootstrap.servers", "localhost:" + port),
        new StringSerializer(),
        new StringSerializer());
  }

  private static void send(KafkaProducer<String, String> producer, String topic) throws Exception {
    producer.send(new ProducerRecord<>(topic, 0, null, "value")).get();
  }

  private static void prepare(String address) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", address))) {
      admin
          .createTopics(
              List.of(
                  new NewTopic(FLOODED, Optional.of(PARTITIONS), Optional.empty()),
                  new NewTopic(ORDERS, Optional.of(1), Optional.empty())))
          .all()
          .get();
    }
  }

  /** A producer for each batch; says how many were taken. */
  private int flood() throws IOException {
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
    topics.add(new TopicProduceData().setName(FLOODED).setPartitionData(partitions));
    return new ProduceRequestData().setAcks((short) 1).setTimeoutMs(30_000).setTopicData(topics);
  }
}
