package org.stoker.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.stoker.metadata.ClusterImage;
import org.stoker.metadata.ConfigResource;
import org.stoker.metadata.MetadataDelta;
import org.stoker.settings.BrokerSettings;

/** Settings that change while the broker runs reach those who use them. */
final class LiveSettingsTest {
  private static final ClusterImage NOTHING = ClusterImage.empty("cluster");

  private static ClusterImage imageWith(ConfigResource resource, Map<String, String> values) {
    var configs = NOTHING.configs().draft();
    configs.put(resource, new TreeMap<>(values));
    return new ClusterImage(
        NOTHING.clusterId(),
        1,
        NOTHING.controllerEpoch(),
        NOTHING.controllerId(),
        NOTHING.brokers(),
        NOTHING.topicsByName(),
        NOTHING.topicsById(),
        configs.finish(),
        NOTHING.features(),
        NOTHING.lastProducerIds());
  }

  private static void change(LiveSettings settings, ClusterImage image) {
    settings.imageChanged(
        new MetadataDelta(NOTHING, Set.of(), Map.of(), Map.of(), Set.of(), Set.of(), false), image);
  }

  @Test
  void usersOfSettingsAreToldOfTheFirstOnesAndOfEachChangeOnce() {
    LiveSettings settings =
        new LiveSettings(1, BrokerSettings.ofFile(Map.of("num.io.threads", "5")));
    List<Integer> told = new ArrayList<>();
    settings.whenChanged(values -> told.add(values.integer("num.io.threads")));

    ClusterImage changed = imageWith(ConfigResource.broker(1), Map.of("num.io.threads", "7"));
    change(settings, changed);
    change(settings, changed);
    change(settings, NOTHING);

    assertThat(told).containsExactly(5, 7, 5);
  }

  @Test
  void storedValuesThatMayNotBeSetChangeNothing() {
    LiveSettings settings = new LiveSettings(1, BrokerSettings.ofFile(Map.of()));

    change(
        settings,
        imageWith(
            ConfigResource.everyBroker(),
            Map.of("num.io.threads", "none", "log.dirs", "/x", "message.max.bytes", "9")));

    assertThat(settings.settings().dynamicDefault()).isEqualTo(Map.of("message.max.bytes", "9"));
    assertThat(settings.leaderThrottledRate()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void aPoolTakesAnotherNumberOfThreadsWhileItWorks() throws Exception {
    BrokerThreads threads = new BrokerThreads();
    ExecutorService pool = threads.pool("worker", 1);
    CountDownLatch both = new CountDownLatch(2);
    Runnable meeting =
        () -> {
          both.countDown();
          try {
            both.await();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
        };
    pool.execute(meeting);
    pool.execute(meeting);
    assertThat(both.getCount()).isGreaterThan(0);

    BrokerThreads.resize(pool, 2);

    assertThat(both.await(1, TimeUnit.MINUTES)).isTrue();
    BrokerThreads.resize(pool, 1);
    threads.stop();
  }
}
