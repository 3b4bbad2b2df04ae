package org.stoker.network;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.stoker.network.ConnectionGate.Verdict;
import org.stoker.testkit.SimulatedClock;

final class ConnectionGateTest {
  private static final ListenerConfig CLIENTS = ListenerConfig.plaintext("CLIENTS", "", 0);
  private static final ListenerConfig BROKERS =
      new ListenerConfig("BROKERS", "", 0, SecurityProtocol.PLAINTEXT, true, Integer.MAX_VALUE);

  private final SimulatedClock clock = new SimulatedClock();
  private final AtomicInteger woken = new AtomicInteger();
  private final InetAddress here = InetAddress.ofLiteral("127.0.0.1");
  private final InetAddress there = InetAddress.ofLiteral("127.0.0.2");

  @Test
  void refusesMoreThanAnAddressMayHaveUntilOneOfItsConnectionsLeaves() {
    var gate = gate(100, 1, Map.of(), 1_000);
    assertThat(admit(gate, CLIENTS, here)).isEqualTo(new Verdict.Admitted(false));
    assertThat(admit(gate, CLIENTS, here)).isEqualTo(new Verdict.Refused(1));
    assertThat(admit(gate, CLIENTS, there)).isEqualTo(new Verdict.Admitted(false));

    gate.left(CLIENTS, here);

    assertThat(admit(gate, CLIENTS, here)).isEqualTo(new Verdict.Admitted(false));
    assertThat(gate.count()).isEqualTo(2);
  }

  @Test
  void letsAnOverrideSpeakForItsAddress() {
    var gate = gate(100, 0, Map.of(here, 2), 1_000);

    assertThat(admit(gate, CLIENTS, there)).isEqualTo(new Verdict.Refused(0));
    assertThat(admit(gate, CLIENTS, here)).isEqualTo(new Verdict.Admitted(false));
    assertThat(admit(gate, CLIENTS, here)).isEqualTo(new Verdict.Admitted(false));
    assertThat(admit(gate, CLIENTS, here)).isEqualTo(new Verdict.Refused(2));
  }

  @Test
  void otherLimitsHoldAtOnceAndWakeConnectionsThatWait() {
    var gate = gate(1, 1, Map.of(), 1_000);
    assertThat(admit(gate, CLIENTS, here)).isEqualTo(new Verdict.Admitted(false));
    assertThat(admit(gate, CLIENTS, there)).isEqualTo(new Verdict.WaitForRoom());

    gate.limit(new ConnectionLimits(5, 2, Map.of(), 1_000, 600_000));

    assertThat(woken.get()).isEqualTo(1);
    assertThat(admit(gate, CLIENTS, there)).isEqualTo(new Verdict.Admitted(false));
    assertThat(admit(gate, CLIENTS, here)).isEqualTo(new Verdict.Admitted(false));
    assertThat(admit(gate, CLIENTS, here)).isEqualTo(new Verdict.Refused(2));
  }

  @Test
  void admitsNobodyAtARateOfZeroUntilItIsRaised() {
    var gate = gate(100, 100, Map.of(), 0);
    assertThat(admit(gate, CLIENTS, here)).isEqualTo(new Verdict.WaitFor(1_000));

    gate.limit(new ConnectionLimits(100, 100, Map.of(), 1_000, 600_000));

    assertThat(admit(gate, CLIENTS, here)).isEqualTo(new Verdict.Admitted(false));
  }

  @Test
  void letsConnectionsWaitWhenAllPlacesAreTakenAndWakesThemOnce() {
    var gate = gate(1, 10, Map.of(), 1_000);
    assertThat(admit(gate, CLIENTS, here)).isEqualTo(new Verdict.Admitted(false));
    assertThat(admit(gate, CLIENTS, here)).isEqualTo(new Verdict.WaitForRoom());
    assertThat(woken.get()).isZero();

    gate.left(CLIENTS, here);
    assertThat(woken.get()).isEqualTo(1);
    assertThat(admit(gate, CLIENTS, here)).isEqualTo(new Verdict.Admitted(false));
    gate.left(CLIENTS, here);

    assertThat(woken.get()).isEqualTo(1);
  }

  @Test
  void makesRoomForABrokerWhenAllPlacesAreTaken() {
    var gate = gate(1, 10, Map.of(), 1_000);
    assertThat(admit(gate, CLIENTS, here)).isEqualTo(new Verdict.Admitted(false));

    assertThat(admit(gate, BROKERS, there)).isEqualTo(new Verdict.Admitted(true));
  }

  @Test
  void holdsAListenerToItsOwnLimit() {
    var one = new ListenerConfig("ONE", "", 0, SecurityProtocol.PLAINTEXT, true, 1);
    var gate = gate(100, 10, Map.of(), 1_000);
    assertThat(admit(gate, one, here)).isEqualTo(new Verdict.Admitted(false));

    assertThat(admit(gate, one, here)).isEqualTo(new Verdict.WaitForRoom());
    assertThat(admit(gate, CLIENTS, here)).isEqualTo(new Verdict.Admitted(false));
  }

  @Test
  void letsInNoMorePerSecondThanTheCreationRate() {
    var gate = gate(100, 100, Map.of(), 4);
    for (int i = 0; i < 4; i++) {
      assertThat(admit(gate, CLIENTS, here)).isEqualTo(new Verdict.Admitted(false));
    }
    assertThat(admit(gate, CLIENTS, here)).isEqualTo(new Verdict.WaitFor(250));
    clock.advanceMs(249);
    assertThat(admit(gate, CLIENTS, here)).isEqualTo(new Verdict.WaitFor(1));
    clock.advanceMs(1);
    assertThat(admit(gate, CLIENTS, here)).isEqualTo(new Verdict.Admitted(false));

    clock.advanceMs(60_000);
    for (int i = 0; i < 4; i++) {
      assertThat(admit(gate, CLIENTS, here)).isEqualTo(new Verdict.Admitted(false));
    }
    assertThat(admit(gate, CLIENTS, here))
        .as("a quiet minute saves up one second")
        .isInstanceOf(Verdict.WaitFor.class);
  }

  private Verdict admit(ConnectionGate gate, ListenerConfig listener, InetAddress address) {
    return gate.admit(listener, address, woken::incrementAndGet);
  }

  private ConnectionGate gate(
      int most, int mostOfAddress, Map<InetAddress, Integer> overrides, int rate) {
    return new ConnectionGate(
        new ConnectionLimits(most, mostOfAddress, overrides, rate, 600_000), clock);
  }
}
