package org.stoker.metadata;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.stoker.base.Uuid;
import org.stoker.metadata.simulated.SimulatedEnsemble;
import org.stoker.testkit.SimulatedClock;
import org.stoker.testkit.SimulatedLane;
import org.stoker.testkit.SplitMixSeed;

/** A controller that hears nobody any more, and one that hears one broker less. */
final class DeafControllerTest {
  private static final int BROKERS = 3;
  private static final int SILENCE_MS = 2_000;
  private static final int HEARTBEAT_MS = 300;
  private static final MetadataConfig CONFIG =
      new MetadataConfig(
          3_000,
          500,
          100,
          8,
          1 << 20,
          200,
          new MetadataConfig.Liveness(SILENCE_MS, HEARTBEAT_MS, 300_000, 10));

  private final SimulatedClock clock = new SimulatedClock();
  private final SplitMixSeed seed = new SplitMixSeed(5);
  private final SimulatedEnsemble ensemble = new SimulatedEnsemble(clock, seed.fork(), 6_000);
  private final Map<Integer, ClusterMetadata> brokers = new TreeMap<>();
  private final Map<Integer, Integer> fences = new HashMap<>();
  private final Set<Integer> deaf = new HashSet<>();
  private final Set<Integer> mute = new HashSet<>();

  @BeforeEach
  void startThreeBrokers() {
    for (int id = 1; id <= BROKERS; id++) {
      brokers.put(id, start(id));
    }
    clock.advanceMs(5_000);
    assertThat(image().brokers().values()).hasSize(BROKERS).allMatch(BrokerImage::isActive);
    // Each registration is let in once.
    fences.clear();
  }

  private ClusterMetadata start(int id) {
    var lane = new SimulatedLane(seed.fork(), task -> clock.after(1, task));
    var metadata =
        new ClusterMetadata(
            CONFIG,
            new BrokerIdentity(
                id,
                new Uuid(1, id),
                List.of(new Endpoint("PLAINTEXT", "host" + id, 9092, (short) 0)),
                null,
                List.of(new Uuid(7, id)),
                Map.of()),
            ensemble.opener(lane),
            new MetadataWorld(lane, clock, clock, seed.fork()),
            new Controller(
                new PlainRules(),
                new ClusterDefaults(1, 1),
                Map.of("metadata.version", (short) 30),
                seed.fork()));
    if (id == 1) {
      metadata.addListener(this::countFences);
    }
    var _ =
        metadata.start(cause -> {
          throw new AssertionError(cause);
        });
    clock.after(HEARTBEAT_MS, () -> beat(id));
    return metadata;
  }

  private void countFences(MetadataDelta delta, ClusterImage image) {
    image
        .brokers()
        .forEach((id, broker) -> {
          BrokerImage before = delta.before().broker(id);
          if (before != null && !before.fenced() && broker.fenced()) {
            fences.merge(id, 1, Integer::sum);
          }
        });
  }

  private void beat(int id) {
    ClusterMetadata sender = requireNonNull(brokers.get(id));
    ClusterImage image = sender.image();
    BrokerImage self = image.broker(id);
    ClusterMetadata controller = brokers.get(image.controllerId());
    boolean arrives =
        image.controllerId() == id || (!deaf.contains(image.controllerId()) && !mute.contains(id));
    if (self != null && controller != null && arrives) {
      var _ =
          controller.heard(
              new Heartbeat(id, self.epoch(), image.offset(), false, false, List.of()));
    }
    clock.after(HEARTBEAT_MS, () -> beat(id));
  }

  private ClusterImage image() {
    return requireNonNull(brokers.get(1)).image();
  }

  @Test
  void leavesTheOfficeToOneThatIsHeard() {
    int first = image().controllerId();
    deaf.add(first);

    clock.advanceMs(4 * SILENCE_MS);

    assertThat(image().controllerId()).isPositive().isNotEqualTo(first);
    assertThat(fences).isEmpty();
    assertThat(image().brokers().values()).allMatch(BrokerImage::isActive);
  }

  @Test
  void fencesThemAfterAllIfNobodyIsHeardByAnybody() {
    // Whoever is elected hears nobody but itself.
    for (int id = 1; id <= BROKERS; id++) {
      deaf.add(id);
    }

    clock.advanceMs(12 * SILENCE_MS);

    assertThat(image().brokers().values()).filteredOn(BrokerImage::fenced).isNotEmpty();
  }

  /** Nobody waits for the session of a controller whose process is gone, or for its silence. */
  @Test
  void isFencedByWhoeverTakesOverWhenItIsFoundDead() {
    int first = image().controllerId();
    mute.add(first);

    brokers.forEach((id, broker) -> {
      if (id != first) {
        broker.foundDead(new Uuid(1, first));
      }
    });
    clock.advanceMs(SILENCE_MS / 2);

    assertThat(image().controllerId()).isPositive().isNotEqualTo(first);
    assertThat(fences).containsOnlyKeys(first);
    assertThat(requireNonNull(image().broker(first)).fenced()).isTrue();
  }

  @Test
  void fencesOneThatFallsSilentAlone() {
    int silent = image().controllerId() % BROKERS + 1;
    int controller = image().controllerId();
    mute.add(silent);

    clock.advanceMs(2 * SILENCE_MS);

    assertThat(image().controllerId()).isEqualTo(controller);
    assertThat(fences).containsOnlyKeys(silent);
    assertThat(requireNonNull(image().broker(silent)).fenced()).isTrue();
  }

  @Test
  void waitsLongerForOneThatCameBackEachTime() {
    int flapping = image().controllerId() % BROKERS + 1;

    for (int i = 0; i < 12; i++) {
      mute.add(flapping);
      clock.advanceMs(SILENCE_MS + 2 * HEARTBEAT_MS);
      mute.remove(flapping);
      clock.advanceMs(2 * HEARTBEAT_MS);
    }

    // The second silence of that length is too short already.
    assertThat(fences).containsOnlyKeys(flapping).containsEntry(flapping, 1);
  }
}
