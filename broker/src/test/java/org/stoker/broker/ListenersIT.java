package org.stoker.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.message.AllocateProducerIdsRequestData;
import org.apache.kafka.common.message.AlterPartitionRequestData;
import org.apache.kafka.common.message.AssignReplicasToDirsRequestData;
import org.apache.kafka.common.message.BrokerHeartbeatRequestData;
import org.apache.kafka.common.message.EnvelopeRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A client is told addresses that it can reach: those of the listener it came in by. */
final class ListenersIT {
  @TempDir private Path directory;
  private @Nullable RunningBroker running;

  @AfterEach
  void stop() throws Exception {
    if (running != null) {
      running.close();
    }
  }

  private RunningBroker start(Map<String, String> settings) throws Exception {
    RunningBroker broker = RunningBroker.in(directory);
    settings.forEach(broker::with);
    running = broker;
    return broker.start();
  }

  private static Node onlyNodeAt(String address) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", address))) {
      Collection<Node> nodes = admin.describeCluster().nodes().get();
      assertThat(nodes).hasSize(1);
      return nodes.iterator().next();
    }
  }

  @Test
  void eachListenerTellsItsOwnAddress() throws Exception {
    RunningBroker broker =
        start(
            Map.of(
                "listeners", "INSIDE://127.0.0.1:0,OUTSIDE://localhost:0",
                "listener.security.protocol.map", "INSIDE:PLAINTEXT,OUTSIDE:PLAINTEXT",
                "inter.broker.listener.name", "INSIDE"));
    String[] addresses = broker.bootstrapServers().split(",");
    assertThat(addresses).hasSize(2);

    for (String address : addresses) {
      Node node = onlyNodeAt(address);
      assertThat(node.host() + ":" + node.port()).isEqualTo(address);
    }
  }

  @Test
  void whatIsAdvertisedIsTold() throws Exception {
    RunningBroker broker = start(Map.of("advertised.listeners", "PLAINTEXT://localhost:0"));

    Node node = onlyNodeAt(broker.bootstrapServers());

    assertThat(node.host()).isEqualTo("localhost");
    assertThat(node.port()).isEqualTo(broker.port());
  }

  @Test
  void aListenerOnEveryAddressTellsTheOneThatTheClientReached() throws Exception {
    RunningBroker broker = start(Map.of("listeners", "PLAINTEXT://0.0.0.0:0"));

    for (String host : new String[] {"127.0.0.1", "127.0.0.2"}) {
      Node node = onlyNodeAt(host + ":" + broker.port());
      assertThat(node.host()).isEqualTo(host);
      assertThat(node.port()).isEqualTo(broker.port());
    }
    try (var producer = broker.producer(Map.of())) {
      assertThat(producer.send(new ProducerRecord<>("topic", "k", "v")).get().offset()).isZero();
    }
  }

  @Test
  void whatBrokersAskOfEachOtherIsServedOnTheirListenerAlone() throws Exception {
    RunningBroker broker =
        start(
            Map.of(
                "listeners", "INSIDE://127.0.0.1:0,OUTSIDE://127.0.0.1:0",
                "listener.security.protocol.map", "INSIDE:PLAINTEXT,OUTSIDE:PLAINTEXT",
                "inter.broker.listener.name", "INSIDE"));
    String[] addresses = broker.bootstrapServers().split(",", -1);
    Map<ApiKeys, ApiMessage> betweenBrokers =
        Map.of(
            ApiKeys.ALLOCATE_PRODUCER_IDS, new AllocateProducerIdsRequestData(),
            ApiKeys.ALTER_PARTITION, new AlterPartitionRequestData(),
            ApiKeys.BROKER_HEARTBEAT, new BrokerHeartbeatRequestData(),
            ApiKeys.ASSIGN_REPLICAS_TO_DIRS, new AssignReplicasToDirsRequestData(),
            ApiKeys.ENVELOPE, new EnvelopeRequestData());

    for (var asked : betweenBrokers.entrySet()) {
      assertThat(isRefused(addresses[0], asked)).as("%s inside", asked.getKey()).isFalse();
      assertThat(isRefused(addresses[1], asked)).as("%s outside", asked.getKey()).isTrue();
    }
  }

  private static boolean isRefused(String address, Map.Entry<ApiKeys, ApiMessage> asked)
      throws Exception {
    int port = Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
    try (var connection = new RawConnection(port)) {
      connection.tell(asked.getKey(), asked.getKey().latestVersion(), asked.getValue());
      return connection.isClosedByBroker();
    }
  }
}
