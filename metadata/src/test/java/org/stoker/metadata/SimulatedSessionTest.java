package org.stoker.metadata;

import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.stoker.base.Lane;
import org.stoker.metadata.simulated.SimulatedEnsemble;
import org.stoker.metadata.simulated.SimulatedEnsemble.Weather;
import org.stoker.metadata.simulated.SimulatedSession;
import org.stoker.testkit.SimulatedClock;
import org.stoker.testkit.SimulatedLane;
import org.stoker.testkit.SplitMixSeed;

/** The simulated ensemble keeps the seam's promises. */
final class SimulatedSessionTest extends CoordinationSessionContractTest {
  private final SimulatedClock clock = new SimulatedClock();
  private final SplitMixSeed seed = new SplitMixSeed(42);
  private final Lane lane = new SimulatedLane(seed.fork(), task -> clock.after(1, task));
  private final SimulatedEnsemble ensemble =
      new SimulatedEnsemble(clock, seed.fork(), SESSION_TIMEOUT_MS);

  SimulatedSessionTest() {
    ensemble.weather(new Weather(5, 5, 0));
  }

  @Override
  CoordinationSession open(Consumer<SessionEvent> events) {
    return ensemble.opener(lane).open(events);
  }

  @Override
  void expire(CoordinationSession session) {
    ensemble.expire((SimulatedSession) session);
  }

  @Override
  void breakConnections() {
    ensemble.dropConnections();
  }

  @Override
  void runUntil(CompletableFuture<?> future) {
    while (!future.isDone() && clock.runNextTimer()) {
      // Each timer may set others.
    }
  }
}
