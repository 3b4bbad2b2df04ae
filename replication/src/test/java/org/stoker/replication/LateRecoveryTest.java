package org.stoker.replication;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.stoker.base.SharedMap;
import org.stoker.base.Uuid;
import org.stoker.metadata.ClusterImage;
import org.stoker.metadata.MetadataDelta;
import org.stoker.metadata.PartitionImage;
import org.stoker.metadata.TopicImage;
import org.stoker.testkit.SimulatedClock;
import org.stoker.testkit.SimulatedDisk;

/** What happens in the cluster while a log is recovered for which there was no room at first. */
final class LateRecoveryTest {
  private static final TopicImage ORDERS = topic("orders", OneOfTwoBrokers.TOPIC);
  private static final ClusterImage NOTHING = ClusterImage.empty("cluster");
  private static final ClusterImage WITH_ORDERS = image(1, ORDERS);

  private final SimulatedClock clock = new SimulatedClock();
  private final Partitions partitions = new Partitions();
  private final Queue<Runnable> inOrder = new ArrayDeque<>();
  private final Queue<Runnable> storage = new ArrayDeque<>();
  private final SimulatedDisk full;
  private final OneOfTwoBrokers broker;
  private final ReplicaKeeper keeper;

  /** A broker that crashed, and then starts on a disk that is full. */
  LateRecoveryTest() throws Exception {
    SimulatedDisk disk = new SimulatedDisk(1, clock);
    var before = new OneOfTwoBrokers(clock, disk);
    Partition orders = before.partition(0);
    orders.lead(OneOfTwoBrokers.led(OneOfTwoBrokers.SELF, 1));
    before.append(orders);
    full = disk.processKill();
    full.limitCapacity(full.usedBytes());
    broker = new OneOfTwoBrokers(clock, full);
    keeper =
        new ReplicaKeeper(
            partitions,
            new ReplicaKeeper.Setting(
                OneOfTwoBrokers.SELF,
                broker.directories,
                inOrder::add,
                Runnable::run,
                storage::add,
                clock,
                clock,
                new ReplicaFetchers(
                    new ReplicaFetchers.Setting(
                        new ReplicaFetcher.Setting(
                            OneOfTwoBrokers.SELF, () -> 1, clock, 500, 1, 1 << 20, 1 << 20, 50),
                        () -> 1,
                        "PLAINTEXT",
                        (_, _) -> {
                          throw new AssertionError("no broker is registered");
                        },
                        _ -> {
                          throw new AssertionError("the same");
                        })),
                broker,
                _ -> OneOfTwoBrokers.RULES));
  }

  /** The recovery that has begun, and is not done before the test runs it. */
  private Runnable recovery() {
    return recovery(WITH_ORDERS);
  }

  private Runnable recovery(ClusterImage first) {
    keeper.imageChanged(delta(NOTHING, first), first);
    runAll();
    full.limitCapacity(Long.MAX_VALUE);
    first
        .topicsById()
        .keySet()
        .forEach(id -> {
          assertThat(partitions.isOffline(id, 0)).isTrue();
          assertThat(partitions.find(id, 0)).isNull();
        });
    clock.advanceMs(1_000);
    runAll(inOrder);
    return storage.remove();
  }

  @AfterEach
  void stop() {
    broker.close();
  }

  @Test
  void theClustersChangesGoOnBesideIt() {
    TopicImage clicks = topic("clicks", new Uuid(3, 4));
    Runnable recovery = recovery();

    CompletableFuture<Void> settled = change(WITH_ORDERS, image(2, ORDERS, clicks));
    runAll();

    assertThat(settled).isDone();
    assertThat(partitions.find(clicks.id(), 0)).isNotNull();
    assertThat(partitions.isOffline(ORDERS.id(), 0)).isTrue();

    recovery.run();
    runAll();

    assertThat(partitions.isOffline(ORDERS.id(), 0)).isFalse();
    assertThat(endOf(ORDERS)).isEqualTo(1);
  }

  @Test
  void aTopicThatIsDeletedIsNotMistakenForTheNextOfItsName() {
    TopicImage next = topic("orders", new Uuid(3, 4));
    Runnable recovery = recovery();

    CompletableFuture<Void> settled = change(WITH_ORDERS, image(2, next));
    runAll();
    assertThat(settled).isNotDone();
    recovery.run();
    runAll();

    assertThat(settled).isDone();
    assertThat(endOf(next)).isZero();
  }

  @Test
  void neitherIsOneThatWasJustRecovered() {
    TopicImage next = topic("orders", new Uuid(3, 4));
    Runnable recovery = recovery();

    CompletableFuture<Void> settled = change(WITH_ORDERS, image(2, next));
    recovery.run();
    runAll();

    assertThat(settled).isDone();
    assertThat(endOf(next)).isZero();
  }

  @Test
  void whatIsKeptElsewhereByThenIsSetAside() {
    TopicImage moved = topic("orders", ORDERS.id(), OneOfTwoBrokers.OTHER);
    Runnable recovery = recovery();

    var _ = change(WITH_ORDERS, image(2, moved));
    recovery.run();
    runAll();

    assertThat(partitions.find(ORDERS.id(), 0)).isNull();
    assertThat(broker.directories.usable().getFirst().logs()).isEmpty();
    assertThat(broker.directories.usable().getFirst().refused()).isEmpty();
  }

  @Test
  void whatWasAnEarlierTopicsOfTheNameIsSetAside() {
    TopicImage next = topic("orders", new Uuid(3, 4));

    recovery(image(1, next)).run();
    runAll();

    assertThat(partitions.isOffline(next.id(), 0)).isFalse();
    assertThat(endOf(next)).isZero();
  }

  private CompletableFuture<Void> change(ClusterImage before, ClusterImage after) {
    keeper.imageChanged(delta(before, after), after);
    return keeper.settled(after.offset());
  }

  private long endOf(TopicImage topic) {
    return requireNonNull(partitions.find(topic.id(), 0)).log().logEndOffset();
  }

  private void runAll() {
    while (runAll(inOrder) || runAll(storage)) {
      // Each hands work to the other.
    }
  }

  private static boolean runAll(Queue<Runnable> tasks) {
    boolean wasAny = false;
    for (@Nullable Runnable next = tasks.poll(); next != null; next = tasks.poll()) {
      next.run();
      wasAny = true;
    }
    return wasAny;
  }

  // ---- The cluster.

  private static TopicImage topic(String name, Uuid id) {
    return topic(name, id, OneOfTwoBrokers.OTHER, OneOfTwoBrokers.SELF);
  }

  /** Of one partition, which the first broker leads. */
  private static TopicImage topic(String name, Uuid id, Integer... brokers) {
    List<Integer> replicas = List.of(brokers);
    return new TopicImage(
        name,
        id,
        List.of(
            new PartitionImage(
                replicas,
                replicas,
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                replicas.stream().map(_ -> new Uuid(0, 1)).toList(),
                replicas.getFirst(),
                1,
                1,
                false)));
  }

  private static ClusterImage image(long offset, TopicImage... topics) {
    SharedMap.Draft<String, TopicImage> byName = SharedMap.<String, TopicImage>empty().draft();
    SharedMap.Draft<Uuid, TopicImage> byId = SharedMap.<Uuid, TopicImage>empty().draft();
    for (TopicImage topic : topics) {
      byName.put(topic.name(), topic);
      byId.put(topic.id(), topic);
    }
    return new ClusterImage(
        "cluster",
        offset,
        1,
        OneOfTwoBrokers.OTHER,
        NOTHING.brokers(),
        byName.finish(),
        byId.finish(),
        NOTHING.configs(),
        NOTHING.features(),
        NOTHING.lastProducerIds());
  }

  private static MetadataDelta delta(ClusterImage before, ClusterImage after) {
    Map<Uuid, TopicImage> deleted = new HashMap<>(before.topicsById());
    deleted.keySet().removeAll(after.topicsById().keySet());
    Map<Uuid, SortedSet<Integer>> changed = new HashMap<>();
    after
        .topicsById()
        .forEach((id, topic) -> {
          if (!topic.equals(before.topic(id))) {
            changed.put(id, new TreeSet<>(Set.of(0)));
          }
        });
    return new MetadataDelta(before, Set.of(), deleted, changed, Set.of(), Set.of(), false);
  }
}
