package org.stoker.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.common.serialization.StringSerializer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A broker with its default heap, and a client that has topics made until it is refused. */
final class TopicFloodIT {
  private static final String ORDERS = "orders";

  private final int port = UnusedPort.any();

  @TempDir private Path data;

  private BrokerProcess start() throws IOException {
    return BrokerProcess.start(data, port);
  }

  @Test
  void aFloodOfPartitionsIsRefusedBeforeItEndsABrokerWhichStartsAgainAndServes() throws Exception {
    QuietClients.hush();
    int made;
    try (KafkaProducer<String, String> bystander = producer()) {
      try (BrokerProcess broker = start()) {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.awaitReady()))) {
          TopicFlood.create(admin, TopicFlood.topic(ORDERS, 1));
          send(bystander);

          made = TopicFlood.run(admin);

          assertThat(made * TopicFlood.PARTITIONS).isGreaterThanOrEqualTo(3_000);
          send(bystander);
          assertRefused(() ->
              admin
                  .createTopics(
                      List.of(TopicFlood.topic("checked", TopicFlood.PARTITIONS)),
                      new CreateTopicsOptions().validateOnly(true))
                  .all()
                  .get());
          assertRefused(() ->
              admin
                  .createPartitions(
                      Map.of(ORDERS, NewPartitions.increaseTo(2 * TopicFlood.PARTITIONS)))
                  .all()
                  .get());
        }
        assertThat(broker.isAlive()).isTrue();
        broker.kill();
      }

      try (BrokerProcess broker = start()) {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.awaitReady()))) {
          send(bystander);
          assertThat(admin.listTopics().names().get()).hasSize(made + 1);
          assertRefused(
              () -> TopicFlood.create(admin, TopicFlood.topic("more", TopicFlood.PARTITIONS)));
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

  private static void send(KafkaProducer<String, String> producer) throws Exception {
    producer.send(new ProducerRecord<>(ORDERS, 0, null, "value")).get();
  }

  private static void assertRefused(ThrowingCallable creation) {
    assertThatThrownBy(creation)
        .hasCauseInstanceOf(PolicyViolationException.class)
        .cause()
        .hasMessageContaining("Delete topics");
  }
}
