package org.stoker.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stoker.testkit.SplitMixSeed;

/**
 * {@code kill -9}: what was acknowledged is there afterwards, once and in order, and the broker is
 * there again at once. More rounds: {@code -Dstoker.crash.rounds=N}; the same moments again: {@code
 * -Dstoker.crash.seed=S}.
 */
final class CrashIT {
  private static final int ROUNDS = Integer.getInteger("stoker.crash.rounds", 20);
  private static final int MOST_RECORDS_A_ROUND = 3_000;
  // As long as ZooKeeper lets it be: no restart comes after the end of a session by chance.
  private static final String SESSION_TIMEOUT_MS = "60000";
  private static final String REPLACED = "Replacing the registration of this broker's earlier life";
  private static final String WAITED = "waiting until its session has timed out";

  private final long seedNumber =
      Long.getLong("stoker.crash.seed", new java.security.SecureRandom().nextLong());
  private final SplitMixSeed seed = new SplitMixSeed(seedNumber);

  @TempDir private Path data;

  private BrokerProcess start(Class<?> main, String... first) throws IOException {
    List<String> arguments = new ArrayList<>(List.of(first));
    arguments.addAll(
        List.of(
            "start",
            "--verbose",
            "--data-dir",
            data.toString(),
            "--port",
            Integer.toString(port),
            "--override",
            "zookeeper.session.timeout.ms=" + SESSION_TIMEOUT_MS,
            "--override",
            "log.segment.bytes=1048576",
            "--override",
            "log.flush.offset.checkpoint.interval.ms=1000"));
    return BrokerProcess.start(main, arguments.toArray(String[]::new));
  }

  private final int port = UnusedPort.any();

  private static void createTopic(String address) throws InterruptedException, ExecutionException {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", address))) {
      admin
          .createTopics(
              List.of(
                  new NewTopic(
                      NumberedRecords.TOPIC,
                      Optional.of(NumberedRecords.PARTITIONS),
                      Optional.empty())))
          .all()
          .get();
    }
  }

  @Test
  void losesNothingThatItAcknowledged() throws Exception {
    System.out.println("stoker.crash.seed=" + seedNumber + ", rounds=" + ROUNDS);
    BrokerProcess broker = start(BrokerMain.class);
    try {
      String address = broker.awaitReady();
      createTopic(address);
      try (var records = new NumberedRecords(address)) {
        for (int round = 1; round <= ROUNDS; round++) {
          records.awaitAcknowledged(
              records.acknowledged() + 1 + seed.nextInt(MOST_RECORDS_A_ROUND));
          broker.kill();
          long[] acknowledged = records.lastAcknowledged();
          TornTail.Kind tear = seed.oneIn(2) ? TornTail.Kind.CUT : TornTail.Kind.FLIPPED;
          if (seed.oneIn(2)) {
            TornTail.tear(data.resolve("logs"), tear);
          }

          broker = start(BrokerMain.class);
          broker.awaitReady();

          assertThat(broker.out()).as("round %d", round).anyMatch(line -> line.contains(REPLACED));
          assertThat(broker.hasSaid(WAITED)).as("round %d waited for a session", round).isFalse();
          assertThat(records.problems(acknowledged)).as("round %d", round).isEmpty();
        }
        records.finish();
        assertThat(records.failures()).isEmpty();
        assertThat(records.problems(records.lastAcknowledged())).isEmpty();
        System.out.println(
            "acknowledged %d records in %d lives".formatted(records.acknowledged(), ROUNDS + 1));
      }
    } finally {
      broker.close();
    }
  }

  /** Runs one life on a disk, kills it, and says what the next life on another has lost. */
  private List<String> problemsAfterOneCrash(
      Class<?> firstMain, String[] first, boolean isTorn, Class<?> secondMain, String[] second)
      throws Exception {
    NumberedRecords records;
    try (BrokerProcess broker = start(firstMain, first)) {
      String address = broker.awaitReady();
      createTopic(address);
      records = new NumberedRecords(address);
      records.awaitAcknowledged(1_000);
      broker.kill();
      records.close();
    }
    long[] acknowledged = records.lastAcknowledged();
    if (isTorn) {
      assertThat(TornTail.tear(data.resolve("logs"), TornTail.Kind.FLIPPED)).isPositive();
    }
    try (BrokerProcess broker = start(secondMain, second)) {
      broker.awaitReady();
      return records.problems(acknowledged);
    }
  }

  private static final String[] NOTHING = {};

  @Test
  void wouldFailIfAcknowledgementsLeftBeforeTheWrite() throws Exception {
    List<String> problems =
        problemsAfterOneCrash(
            BrokerOnBadDisk.class, new String[] {"lagging"}, false, BrokerMain.class, NOTHING);

    assertThat(problems).anyMatch(problem -> problem.contains("was acknowledged"));
  }

  @Test
  void aTornTailIsFoundAlsoWhenTheLastStopClaimsToHaveBeenClean() throws Exception {
    List<String> problems =
        problemsAfterOneCrash(
            BrokerMain.class, NOTHING, true, BrokerOnBadDisk.class, new String[] {"trusting"});

    assertThat(problems).isEmpty();
  }
}
