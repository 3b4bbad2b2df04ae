package org.stoker.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.Node;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stoker.base.SystemClock;

/** Three real brokers whose own ZooKeepers are the quorum. */
final class QuorumIT {
  // On a machine that builds something else meanwhile; alone it takes a second.
  private static final long LONGEST_OUTAGE_MS = 10_000;
  private static final int MANY_A_PARTITION = 100;

  @TempDir private Path root;

  private ThreeBrokers cluster;
  private Admin admin;

  @BeforeEach
  void start() throws Exception {
    cluster = ThreeBrokers.withQuorum(root).start();
    admin = cluster.admin();
    cluster.createTopic(admin, NumberedRecords.TOPIC, NumberedRecords.PARTITIONS);
  }

  @AfterEach
  void stop() {
    admin.close();
    cluster.close();
  }

  /** The broker whose ZooKeeper was the last to say that it leads. */
  private int leader() {
    for (int id = 1; id <= ThreeBrokers.BROKERS; id++) {
      BrokerProcess process = cluster.process(id);
      boolean leads =
          process.out().stream()
              .filter(line -> line.contains("the quorum (QuorumServer)"))
              .reduce((_, last) -> last)
              .filter(last -> last.contains("leads"))
              .isPresent();
      if (process.isAlive() && leads) {
        return id;
      }
    }
    throw new AssertionError("no ZooKeeper leads: " + cluster.process(1));
  }

  /** How long until each partition has taken more than was on its way. */
  private static long outageMs(NumberedRecords records) throws InterruptedException {
    var clock = new SystemClock();
    long startMs = clock.monotonicMs();
    long[] before = records.lastAcknowledged();
    for (long count = records.acknowledged(); !isPast(records, before); count++) {
      records.awaitAcknowledged(Math.max(count, records.acknowledged()) + 1);
    }
    return clock.monotonicMs() - startMs;
  }

  private static boolean isPast(NumberedRecords records, long[] before) {
    long[] now = records.lastAcknowledged();
    for (int partition = 0; partition < now.length; partition++) {
      if (now[partition] < before[partition] + MANY_A_PARTITION) {
        return false;
      }
    }
    return true;
  }

  @Test
  void theBrokerWhoseZooKeeperLeadsIsKilledAndComesBackWithoutALostRecord() throws Exception {
    try (var records = new NumberedRecords(cluster.bootstrapServers())) {
      records.awaitAcknowledged(4_000);

      for (int round = 0; round < ThreeBrokers.BROKERS; round++) {
        int killed = leader();
        cluster.process(killed).kill();
        long outageMs = outageMs(records);
        System.out.println("broker " + killed + " killed: served again after " + outageMs + " ms");
        assertThat(outageMs).isLessThan(LONGEST_OUTAGE_MS);
        cluster.restart(killed);
        cluster.awaitPartitions(
            admin,
            NumberedRecords.TOPIC,
            one -> one.isr().stream().map(Node::id).anyMatch(id -> id == killed));
      }

      records.finish();
      assertThat(records.failures()).isEmpty();
      assertThat(records.problems(records.lastAcknowledged())).isEmpty();
    }
  }

  @Test
  void allStopCleanlyAndStartAgain() throws Exception {
    try (var records = new NumberedRecords(cluster.bootstrapServers())) {
      records.awaitAcknowledged(2_000);
      records.finish();

      for (int id = 1; id <= ThreeBrokers.BROKERS; id++) {
        cluster.process(id).terminate();
        assertThat(cluster.process(id).hasSaid("Stoker has stopped")).isTrue();
      }
      cluster.restartTogether();

      assertThat(records.problems(records.lastAcknowledged())).isEmpty();
    }
  }
}
