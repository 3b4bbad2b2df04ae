package org.stoker.metadata;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.stoker.base.Uuid;
import org.stoker.metadata.BrokerCommand.Fence;
import org.stoker.metadata.BrokerCommand.ReconcileBrokers;
import org.stoker.metadata.BrokerCommand.ShutDown;
import org.stoker.metadata.BrokerCommand.Unfence;
import org.stoker.testkit.SimulatedClock;
import org.stoker.testkit.SplitMixSeed;

final class FalseAlarmsTest {
  private final SimulatedClock clock = new SimulatedClock();
  private final FalseAlarms alarms = new FalseAlarms(clock);
  private final Controller controller =
      new Controller(new PlainRules(), new ClusterDefaults(1, 1), Map.of(), new SplitMixSeed(3));
  private ClusterImage image = ClusterImage.empty("cluster");

  @Test
  void eachFenceOfALivingBrokerDoublesTheEvidence() {
    register(10);
    assertThat(evidence()).isEqualTo(1);
    for (int expected : new int[] {2, 4, 8, 8}) {
      apply(new Fence(1, 10));
      assertThat(evidence()).isEqualTo(expected);
      apply(new Unfence(1, 10));
      assertThat(evidence()).isEqualTo(expected);
    }
  }

  @Test
  void aMinuteLaterItIsForgotten() {
    register(10);
    apply(new Fence(1, 10));
    clock.advanceMs(59_999);
    assertThat(evidence()).isEqualTo(2);
    clock.advanceMs(1);
    assertThat(evidence()).isEqualTo(1);
  }

  @Test
  void anotherProcessBeginsAnew() {
    register(10);
    apply(new Fence(1, 10));
    register(20);
    assertThat(evidence()).isEqualTo(1);
  }

  @Test
  void whoStopsInOrderDoesNotCount() {
    register(10);
    apply(new ShutDown(1, 10));
    apply(new Fence(1, 10));
    assertThat(evidence()).isEqualTo(1);
  }

  private int evidence() {
    return alarms.evidenceFor(requireNonNull(image.broker(1)));
  }

  /** A process and its registration: both are new. */
  private void register(long epoch) {
    apply(
        new ReconcileBrokers(
            Map.of(
                1,
                new BrokerImage(
                    1,
                    epoch,
                    new Uuid(1, epoch),
                    List.of(new Endpoint("PLAINTEXT", "host", 9092, (short) 0)),
                    Map.of(),
                    null,
                    true,
                    false,
                    List.of(new Uuid(7, 1)))),
            false));
    apply(new Unfence(1, epoch));
  }

  private <R> void apply(Command<R> command) {
    Decision<R> decision = command.decide(controller, image);
    var draft = new ImageDraft(image);
    decision.records().forEach(draft::replay);
    ClusterImage next = draft.finish(image.offset() + decision.records().size(), 1, 1).image();
    alarms.imageChanged(MetadataDelta.between(image, next), next);
    image = next;
  }
}
