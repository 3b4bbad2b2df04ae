package org.stoker.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.stoker.base.Uuid;
import org.stoker.metadata.BrokerCommand.Fence;
import org.stoker.metadata.BrokerCommand.ReconcileBrokers;
import org.stoker.metadata.Command.CreateTopics;
import org.stoker.metadata.Command.NewTopic;
import org.stoker.metadata.Command.ReplicaAssignment;
import org.stoker.testkit.SplitMixSeed;

final class LedPartitionsTest {
  private final DecidedCluster cluster =
      new DecidedCluster(
          new Controller(
              new PlainRules(),
              new ClusterDefaults(1, 1),
              Map.of("metadata.version", (short) 30),
              new SplitMixSeed(4)));

  @BeforeEach
  void registerTwoBrokers() {
    cluster.apply(new ReconcileBrokers(Map.of(1, broker(1), 2, broker(2)), true));
  }

  private static BrokerImage broker(int id) {
    return DecidedCluster.broker(id, 10L * id, false, null, Map.of(), new Uuid(77, id));
  }

  private void create(String topic, List<Integer> replicas) {
    cluster.apply(
        new CreateTopics(
            List.of(
                new NewTopic(topic, -1, -1, List.of(new ReplicaAssignment(0, replicas)), Map.of())),
            false));
  }

  private String fenceTheFirst() {
    var led = new LedPartitions(cluster.image(), 1);
    cluster.apply(new Fence(1, 10));
    return led.afterwards(cluster.image());
  }

  @Test
  void aBrokerWithoutPartitionsLedNothing() {
    create("elsewhere", List.of(2, 1));

    assertThat(fenceTheFirst()).isEqualTo("it led nothing");
  }

  @Test
  void othersLeadWhatHasOtherReplicas() {
    create("replicated", List.of(1, 2));

    assertThat(fenceTheFirst()).isEqualTo("others lead what it led");
  }

  @Test
  void partitionsOfOneReplicaHaveNoLeader() {
    create("replicated", List.of(1, 2));
    create("alone", List.of(1));

    assertThat(fenceTheFirst())
        .isEqualTo("of the 2 partitions that it led 1 have no leader until it is back");
  }
}
