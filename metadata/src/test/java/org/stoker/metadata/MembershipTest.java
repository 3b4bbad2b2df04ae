package org.stoker.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.stoker.base.Uuid;
import org.stoker.metadata.BrokerCommand.Fence;
import org.stoker.metadata.BrokerCommand.Unfence;
import org.stoker.testkit.SimulatedClock;
import org.stoker.testkit.SimulatedLane;
import org.stoker.testkit.SplitMixSeed;

/** What a controller asks of itself while what it asked before is on its way to the log. */
final class MembershipTest {
  private static final int SILENCE_MS = 2_000;

  private final SimulatedClock clock = new SimulatedClock();
  private final ImagePublisher publisher = new ImagePublisher(ClusterImage.empty("cluster"));
  private final List<Command<Result>> asked = new ArrayList<>();
  private final List<CompletableFuture<Result>> answers = new ArrayList<>();
  private final Membership members =
      new Membership(
          new MetadataLane(
              new SimulatedLane(new SplitMixSeed(3), task -> clock.after(1, task)), clock),
          clock,
          new MetadataConfig.Liveness(SILENCE_MS, 0, 10),
          publisher,
          new FalseAlarms(clock),
          this::ask,
          () -> false);

  private CompletableFuture<Result> ask(Command<Result> command) {
    asked.add(command);
    answers.add(new CompletableFuture<>());
    return answers.getLast();
  }

  @Test
  void letsABrokerInOnceHoweverOftenItBeatsMeanwhile() {
    register(true);

    beat();
    beat();

    assertThat(asked).containsExactly(new Unfence(1, 10));
  }

  @Test
  void letsItInAgainWhenTheFirstTimeIsOver() {
    register(true);
    beat();

    answers.getLast().complete(Result.OK);
    beat();

    assertThat(asked).containsExactly(new Unfence(1, 10), new Unfence(1, 10));
  }

  @Test
  void givesASilentBrokerUpOnceHoweverOftenItLooksMeanwhile() {
    register(false);
    members.start();

    clock.advanceMs(3 * SILENCE_MS);

    assertThat(asked).containsExactly(new Fence(1, 10));
  }

  private void register(boolean isFenced) {
    var broker =
        new BrokerImage(
            1,
            10,
            new Uuid(1, 1),
            List.of(new Endpoint("PLAINTEXT", "host", 9092, (short) 0)),
            Map.of(),
            null,
            isFenced,
            false,
            List.of(new Uuid(7, 1)));
    publisher.apply(new LogEntry(0, 1, 1, 0, List.of(BrokerRecords.toRecord(broker)), 100));
  }

  private void beat() {
    var reply = members.heard(new Heartbeat(1, 10, 1, false, false, List.of()));
    assertThat(reply.isFenced()).isTrue();
  }
}
