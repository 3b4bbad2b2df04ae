package org.stoker.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.stoker.base.Uuid;

/**
 * Brokers that beat every 500 ms and may be silent for 2500, and a controller that looks so often.
 */
final class BrokerLivenessTest {
  private static final int SILENCE_MS = 2_500;
  private static final int HEARTBEAT_MS = 500;

  private final List<BrokerImage> brokers = List.of(broker(1), broker(2), broker(3));
  private final BrokerLiveness liveness =
      new BrokerLiveness(
          new MetadataConfig.Liveness(SILENCE_MS, HEARTBEAT_MS, 0, 10), HEARTBEAT_MS, _ -> 1, 0);
  private long nowMs;

  private static BrokerImage broker(int id) {
    return new BrokerImage(
        id,
        10L * id,
        new Uuid(1, id),
        List.of(new Endpoint("PLAINTEXT", "host", 9092, (short) 0)),
        Map.of(),
        null,
        false,
        false,
        List.of(new Uuid(7, id)));
  }

  private List<Integer> silentNow() {
    return liveness.silent(brokers, nowMs * 1_000_000).stream().map(BrokerImage::id).toList();
  }

  private void hear(int... ids) {
    for (int id : ids) {
      liveness.heard(id, 10L * id, nowMs * 1_000_000);
    }
  }

  /** Time passes in which the controller looks when it is to, and only these are heard. */
  private List<Integer> pass(int passedMs, int... heard) {
    List<Integer> silent = new ArrayList<>();
    for (int i = 0; i < passedMs; i += HEARTBEAT_MS) {
      nowMs += HEARTBEAT_MS;
      hear(heard);
      silentNow().stream().filter(id -> !silent.contains(id)).forEach(silent::add);
    }
    return silent;
  }

  private long silenceUntilGivenUpMs(int silent, int... heard) {
    long since = nowMs;
    while (!silentNow().contains(silent)) {
      pass(HEARTBEAT_MS, heard);
      assertThat(nowMs - since).isLessThan(100_000);
    }
    return nowMs - since;
  }

  @Test
  void aBrokerThatFallsSilentAmongOthersInTimeIsGivenUpAfterTheUsualTime() {
    pass(5_000, 1, 2, 3);

    assertThat(silenceUntilGivenUpMs(2, 1, 3)).isEqualTo(SILENCE_MS + HEARTBEAT_MS);
  }

  @Test
  void timeInWhichTheControllerCouldNotLookDoesNotCount() {
    pass(5_000, 1, 2, 3);

    nowMs += 20_000;

    assertThat(silentNow()).isEmpty();
    hear(1, 2, 3);
    assertThat(pass(2_000, 1, 3)).isEmpty();
  }

  @Test
  void heartbeatsReadAfterTheControllersOwnDelayDoNotMakeTheirSendersLate() {
    pass(5_000, 1, 2, 3);

    // The lane comes to the heartbeats first and to its own look afterwards.
    nowMs += 20_000;
    hear(1, 2, 3);
    assertThat(silentNow()).isEmpty();

    assertThat(liveness.mostSilenceMs(broker(2), nowMs * 1_000_000)).isEqualTo(SILENCE_MS);
  }

  @Test
  void aBrokerThatWasLateItselfMayBeSilentForLonger() {
    pass(5_000, 1, 2, 3);

    pass(1_500, 1, 3);
    pass(500, 1, 2, 3);

    // 1375 ms later than it was to, and four times as much on top.
    assertThat(silenceUntilGivenUpMs(2, 1, 3)).isGreaterThan(SILENCE_MS + 4 * 1_375);
  }

  @Test
  void oneLateBrokerDoesNotMakeTheControllerPatientWithAnother() {
    pass(5_000, 1, 2, 3);

    pass(1_500, 1, 3);
    pass(500, 1, 2, 3);

    assertThat(silenceUntilGivenUpMs(3, 1, 2)).isEqualTo(SILENCE_MS + HEARTBEAT_MS);
  }

  @Test
  void twoThatAreLateMakeTheControllerPatientWithAThird() {
    pass(5_000, 1, 2, 3);

    pass(1_500, 3);
    pass(500, 1, 2, 3);

    assertThat(silenceUntilGivenUpMs(3, 1, 2)).isGreaterThan(SILENCE_MS + 4 * 1_375);
  }

  @Test
  void aLateControllerAndOneLateBrokerMakeItPatientWithAnother() {
    pass(5_000, 1, 2, 3);

    nowMs += 2_000;
    hear(1, 2, 3);
    silentNow();
    pass(1_500, 1, 3);
    pass(500, 1, 2, 3);

    assertThat(silenceUntilGivenUpMs(3, 1, 2)).isGreaterThan(SILENCE_MS + 4 * 1_375);
  }

  @Test
  void howeverLateEverythingIsABrokerIsGivenUpAfterFourTimesTheUsualTime() {
    pass(5_000, 1, 2, 3);
    for (int i = 0; i < 5; i++) {
      pass(2_000);
      pass(500, 1, 2, 3);
    }

    assertThat(silenceUntilGivenUpMs(2, 1, 3))
        .isEqualTo(BrokerLiveness.MAX_EXTENSION * SILENCE_MS + HEARTBEAT_MS);
  }

  @Test
  void latenessIsForgottenAfterEightTimesTheUsualTime() {
    pass(5_000, 1, 2, 3);
    pass(1_500, 1, 3);
    pass(500, 1, 2, 3);

    pass(8 * SILENCE_MS, 1, 2, 3);

    assertThat(silenceUntilGivenUpMs(2, 1, 3)).isEqualTo(SILENCE_MS + HEARTBEAT_MS);
  }
}
