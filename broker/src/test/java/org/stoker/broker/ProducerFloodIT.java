package org.stoker.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A broker with its default heap, and a client that makes up more producers than fit into it. */
final class ProducerFloodIT {
  private static final String ORDERS = "orders";

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
        send(old, ProducerFlood.TOPIC);

        int taken = new ProducerFlood(port).run();

        assertThat(taken).isBetween(100_000, ProducerFlood.PRODUCERS / 2);
        send(old, ORDERS);
        send(old, ProducerFlood.TOPIC);
        try (KafkaProducer<String, String> another = producer()) {
          assertThatThrownBy(() -> send(another, ProducerFlood.TOPIC))
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
        send(old, ProducerFlood.TOPIC);
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
                  new NewTopic(
                      ProducerFlood.TOPIC, Optional.of(ProducerFlood.PARTITIONS), Optional.empty()),
                  new NewTopic(ORDERS, Optional.of(1), Optional.empty())))
          .all()
          .get();
    }
  }
}
