package org.stoker.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.stoker.base.Uuid;
import org.stoker.metadata.BrokerCommand.Fence;
import org.stoker.metadata.BrokerCommand.Unfence;
import org.stoker.protocol.ErrorCode;
import org.stoker.protocol.Message;
import org.stoker.testkit.SimulatedClock;
import org.stoker.testkit.SimulatedLane;
import org.stoker.testkit.SplitMixSeed;

/** What a controller asks of itself while what it asked before is on its way to the log. */
final class MembershipTest {
  private static final int SILENCE_MS = 2_000;
  private static final int HEARTBEAT_MS = 400;

  private final SimulatedClock clock = new SimulatedClock();
  private final ImagePublisher publisher = new ImagePublisher(ClusterImage.empty("cluster"));
  private final List<Command<Result>> asked = new ArrayList<>();
  private final List<CompletableFuture<Result>> answers = new ArrayList<>();
  private int resignations;
  private int bugs;
  private final Membership members =
      new Membership(
          new MetadataLane(
              new SimulatedLane(new SplitMixSeed(3), task -> clock.after(1, task)), clock),
          clock,
          new MetadataConfig.Liveness(SILENCE_MS, HEARTBEAT_MS, 0, 10),
          publisher,
          new FalseAlarms(clock),
          this::ask,
          () -> ++resignations > 0);

  private CompletableFuture<Result> ask(Command<Result> command) {
    if (bugs > 0) {
      bugs--;
      throw new IllegalStateException("a bug");
    }
    asked.add(command);
    answers.add(new CompletableFuture<>());
    return answers.getLast();
  }

  @Test
  void letsABrokerInOnceHoweverOftenItBeatsMeanwhile() {
    register(true);

    beat(1);
    beat(1);

    assertThat(asked).containsExactly(new Unfence(1, 10));
  }

  @Test
  void letsItInAgainWhenTheFirstTimeIsOver() {
    register(true);
    beat(1);

    answers.getLast().complete(Result.OK);
    beat(1);

    assertThat(asked).containsExactly(new Unfence(1, 10), new Unfence(1, 10));
  }

  @Test
  void givesASilentBrokerUpOnceHoweverOftenItLooksMeanwhile() {
    register(false);
    members.start();

    clock.advanceMs(3 * SILENCE_MS);

    assertThat(asked).containsExactly(new Fence(1, 10));
  }

  @Test
  void aControllerThatIsAloneDoesNotFenceItsOwnBroker() {
    register(false, 1);
    members.start();

    clock.advanceMs(20 * SILENCE_MS);

    assertThat(asked).isEmpty();
  }

  @Test
  void aSilentBrokerIsFencedAlthoughTheFirstAttemptMetABug() {
    register(false);
    members.start();
    bugs = 1;

    clock.advanceMs(3 * SILENCE_MS);

    assertThat(asked).containsExactly(new Fence(1, 10));
  }

  @Test
  void resignsWhenOthersFellSilentOneAfterTheOther() {
    registerThree();
    members.start();
    hearAllOnce();

    hearOnly(1);

    assertThat(asked).isEmpty();
    assertThat(resignations).isPositive();
  }

  @Test
  void staysWhenAnyOtherIsStillHeard() {
    registerThree();
    members.start();
    hearAllOnce();

    hearOnly(1, 3);

    assertThat(asked).containsExactly(new Fence(2, 20));
    assertThat(resignations).isZero();
  }

  private void hearAllOnce() {
    for (int id = 1; id <= 3; id++) {
      beat(id);
      clock.advanceMs(250);
    }
  }

  private void hearOnly(int... ids) {
    for (int elapsedMs = 0; elapsedMs < 2 * SILENCE_MS; elapsedMs += 100) {
      clock.advanceMs(100);
      for (int id : ids) {
        beat(id);
      }
    }
  }

  private void registerThree() {
    publisher.apply(
        new LogEntry(
            0,
            1,
            1,
            0,
            IntStream.rangeClosed(1, 3)
                .mapToObj(id -> (Message) BrokerRecords.toRecord(broker(id, false)))
                .toList(),
            100));
  }

  private void register(boolean isFenced) {
    register(isFenced, 2);
  }

  private void register(boolean isFenced, int controllerId) {
    publisher.apply(
        new LogEntry(
            0, 1, controllerId, 0, List.of(BrokerRecords.toRecord(broker(1, isFenced))), 100));
  }

  private static BrokerImage broker(int id, boolean isFenced) {
    return new BrokerImage(
        id,
        10L * id,
        new Uuid(1, id),
        List.of(new Endpoint("PLAINTEXT", "host", 9092, (short) 0)),
        Map.of(),
        null,
        isFenced,
        false,
        List.of(new Uuid(7, id)));
  }

  private void beat(int id) {
    var reply = members.heard(new Heartbeat(id, 10L * id, 1, false, false, List.of()));
    assertThat(reply.error()).isEqualTo(ErrorCode.NONE);
  }
}
