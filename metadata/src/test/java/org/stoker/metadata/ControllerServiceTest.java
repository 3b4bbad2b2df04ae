package org.stoker.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.stoker.base.Uuid;
import org.stoker.metadata.Command.AlterConfigs;
import org.stoker.metadata.Command.ConfigReplacement;
import org.stoker.metadata.Command.ConfigResult;
import org.stoker.metadata.Command.CreateTopics;
import org.stoker.metadata.Command.CreatedTopic;
import org.stoker.metadata.Command.NewTopic;
import org.stoker.metadata.simulated.SimulatedEnsemble;
import org.stoker.protocol.ErrorCode;
import org.stoker.testkit.SimulatedClock;
import org.stoker.testkit.SimulatedLane;
import org.stoker.testkit.SplitMixSeed;

/** A term in which deciding a command meets a bug. */
final class ControllerServiceTest {
  private static final int TIMEOUT_MS = 5_000;

  private final SimulatedClock clock = new SimulatedClock();
  private final SplitMixSeed seed = new SplitMixSeed(8);
  private final SimulatedEnsemble ensemble = new SimulatedEnsemble(clock, seed.fork(), 6_000);

  /** Rules that trip over one value. */
  private static final class TrippingRules implements ConfigRules {
    private final PlainRules rules = new PlainRules();

    @Override
    public boolean isList(ConfigResource.Type type, String key) {
      return rules.isList(type, key);
    }

    @Override
    public @Nullable String defaultValue(ConfigResource.Type type, String key) {
      return rules.defaultValue(type, key);
    }

    @Override
    public @Nullable Result problemWith(ConfigResource resource, Map<String, String> values) {
      if (values.containsValue("stumble")) {
        throw new IllegalStateException("the rules have stumbled");
      }
      return rules.problemWith(resource, values);
    }
  }

  private ClusterMetadata start() {
    var lane = new SimulatedLane(seed.fork(), task -> clock.after(1, task));
    var metadata =
        new ClusterMetadata(
            MetadataConfig.forSessionTimeout(6_000),
            new BrokerIdentity(
                1,
                new Uuid(1, 1),
                List.of(new Endpoint("PLAINTEXT", "host1", 9092, (short) 0)),
                null,
                List.of(new Uuid(7, 1)),
                Map.of()),
            ensemble.opener(lane),
            new MetadataWorld(lane, clock, clock, seed.fork()),
            new Controller(
                new TrippingRules(),
                new ClusterDefaults(1, 1),
                Map.of("metadata.version", (short) 30),
                seed.fork()));
    var _ =
        metadata.start(cause -> {
          throw new AssertionError(cause);
        });
    clock.advanceMs(1_000);
    beat(metadata);
    clock.advanceMs(1_000);
    return metadata;
  }

  private static void beat(ClusterMetadata metadata) {
    BrokerImage self = metadata.image().broker(1);
    if (self != null) {
      var _ =
          metadata.heard(
              new Heartbeat(1, self.epoch(), metadata.image().offset(), false, false, List.of()));
    }
  }

  private static CompletableFuture<List<CreatedTopic>> create(
      ClusterMetadata metadata, String topic) {
    return metadata.submit(new CreateTopics(List.of(NewTopic.of(topic, 1, 1)), false), TIMEOUT_MS);
  }

  private static CompletableFuture<List<ConfigResult>> stumble(ClusterMetadata metadata) {
    return metadata.submit(
        new AlterConfigs(
            List.of(
                new ConfigReplacement(
                    ConfigResource.topic("first"), Map.of("retention.ms", "stumble"))),
            false),
        TIMEOUT_MS);
  }

  @Test
  void aCommandThatMeetsABugIsAnsweredAndItsNeighboursAreDecided() {
    ClusterMetadata metadata = start();
    var _ = create(metadata, "first");
    clock.advanceMs(1_000);

    // While the first of them is appended the others wait, and are decided in one round.
    var before = create(metadata, "before");
    var beside = create(metadata, "beside");
    var stumbled = stumble(metadata);
    var after = create(metadata, "after");
    clock.advanceMs(1_000);

    assertThat(List.of(before.join(), beside.join(), after.join()))
        .allSatisfy(topics -> assertThat(topics.getFirst().result()).isEqualTo(Result.OK));
    assertThat(stumbled.join().getFirst().result().error())
        .isEqualTo(ErrorCode.UNKNOWN_SERVER_ERROR);
    assertThat(metadata.image().topicsByName()).containsKeys("first", "before", "beside", "after");
  }
}
