package org.stoker.replication;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stoker.base.Clock;
import org.stoker.base.DiskFullException;
import org.stoker.base.StorageException;
import org.stoker.base.Timers;
import org.stoker.base.TopicPartition;
import org.stoker.base.Uuid;
import org.stoker.log.Log;
import org.stoker.log.LogDirectory;
import org.stoker.log.UsableDirectories;
import org.stoker.metadata.ClusterImage;
import org.stoker.metadata.ConfigResource;
import org.stoker.metadata.MetadataDelta;
import org.stoker.metadata.MetadataListener;
import org.stoker.metadata.PartitionImage;
import org.stoker.metadata.TopicImage;
import org.stoker.replication.UnmadeReplicas.Unmade;

/**
 * Makes this broker's partitions what the cluster says they are: opens, creates, leads,
 * reconfigures and deletes them.
 *
 * <p>Changes are taken over one after the other: each waits, without a thread, until what the one
 * before asked of the disk is done.
 */
public final class ReplicaKeeper implements MetadataListener {
  private static final Logger LOG = LoggerFactory.getLogger(ReplicaKeeper.class);

  /** Why a log is set aside, with the partition's name before it. */
  static final String NOBODYS = "belongs to no topic";

  // Enough to make a sync's share of each small; several such groups are made at a time.
  private static final int MOST_MADE_TOGETHER = 500;
  private static final CompletableFuture<Void> DONE = CompletableFuture.completedFuture(null);

  private final int brokerId;
  private final Partitions partitions;
  private final List<LogDirectory> directories;
  private final Executor inOrder;
  private final Executor appends;
  private final Executor storage;
  private final Clock clock;
  private final Function<Map<String, String>, TopicRules> rulesFor;
  private final SortedMap<Long, CompletableFuture<Void>> waiting = new ConcurrentSkipListMap<>();
  private final Map<TopicPartition, Long> highWatermarks = new HashMap<>();
  private final ReplicaFetchers fetchers;
  private final Partition.Cluster cluster;
  private final StartingStock stock;
  private final DepartingLogs departing;
  private final RefusedReplicas refused;
  private final UnmadeReplicas unmade;
  // Who holds the monitor only appends to it.
  private CompletableFuture<Void> lastChange = DONE;
  private @Nullable ClusterImage latest;
  private boolean isFirst = true;
  private volatile long settledOffset = -1;

  /**
   * What a keeper works with.
   *
   * @param inOrder runs the keeper's own tasks, of which there is never more than one at a time
   * @param appends runs what an append of a partition waits for
   * @param storage runs several tasks that may wait
   * @param rulesFor what a topic's own configuration comes to on this broker
   */
  public record Setting(
      int brokerId,
      UsableDirectories directories,
      Executor inOrder,
      Executor appends,
      Executor storage,
      Clock clock,
      Timers timers,
      ReplicaFetchers fetchers,
      Partition.Cluster cluster,
      Function<Map<String, String>, TopicRules> rulesFor) {}

  /** A partition of this broker that has a log, or must get one. */
  private record Unopened(
      Uuid topicId, TopicPartition name, PartitionImage state, TopicRules rules) {}

  public ReplicaKeeper(Partitions partitions, Setting setting) {
    this.partitions = partitions;
    this.brokerId = setting.brokerId();
    this.directories = setting.directories().usable();
    this.fetchers = setting.fetchers();
    this.cluster = setting.cluster();
    this.inOrder = setting.inOrder();
    this.appends = setting.appends();
    this.storage = setting.storage();
    this.departing = new DepartingLogs(storage);
    this.stock = new StartingStock(brokerId, setting.directories(), partitions, departing);
    this.refused = new RefusedReplicas(directories, storage);
    this.unmade = new UnmadeReplicas(setting.timers(), this::tryAgain);
    this.clock = setting.clock();
    this.rulesFor = setting.rulesFor();
  }

  @Override
  public void imageChanged(MetadataDelta delta, ClusterImage image) {
    afterTheLast(() -> take(delta, image));
    // Even if some of it failed: whoever waits is not to wait for ever.
    afterTheLast(() -> {
      settle(image.offset());
      return DONE;
    });
  }

  private synchronized void afterTheLast(Supplier<CompletableFuture<Void>> change) {
    lastChange =
        lastChange
            .thenComposeAsync(_ -> change.get(), inOrder)
            .exceptionally(failure -> {
              // Those behind it must not be lost with it.
              LOG.error("A change of this broker's partitions has failed", failure);
              return null;
            });
  }

  /** Completes when everything up to this offset of the cluster's log has been taken over. */
  public CompletableFuture<Void> settled(long offset) {
    CompletableFuture<Void> settled =
        waiting.computeIfAbsent(offset, _ -> new CompletableFuture<>());
    if (settledOffset >= offset) {
      settled.complete(null);
      waiting.remove(offset);
    }
    return settled;
  }

  private CompletableFuture<Void> take(MetadataDelta delta, ClusterImage image) {
    latest = image;
    CompletableFuture<Void> before = isFirst ? takeStock(image) : DONE;
    isFirst = false;
    return before
        .thenComposeAsync(_ -> deleteAll(delta.deletedTopics().values()), inOrder)
        .thenComposeAsync(_ -> openAndLead(delta, image), inOrder)
        .thenRunAsync(() -> reconfigure(delta, image), inOrder);
  }

  private CompletableFuture<Void> takeStock(ClusterImage image) {
    for (LogDirectory directory : directories) {
      try {
        highWatermarks.putAll(directory.readHighWatermarks());
      } catch (StorageException e) {
        // It is offline from here on, and takes nothing of the others along.
        LOG.error("{}", e.getMessage());
      }
    }
    return stock.take(image, inOrder, unmade::retryLater);
  }

  private void settle(long offset) {
    settledOffset = offset;
    SortedMap<Long, CompletableFuture<Void>> done = waiting.headMap(offset + 1);
    done.values().forEach(future -> future.complete(null));
    done.clear();
  }

  private static CompletableFuture<Void> all(List<CompletableFuture<Void>> work) {
    return CompletableFuture.allOf(work.toArray(CompletableFuture<?>[]::new));
  }

  // ---- Partitions that are new or have changed.

  private CompletableFuture<Void> openAndLead(MetadataDelta delta, ClusterImage image) {
    List<Unopened> unopened = new ArrayList<>();
    List<CompletableFuture<Void>> dismissals = new ArrayList<>();
    delta
        .changedPartitions()
        .forEach((topicId, indexes) -> {
          TopicImage topic = image.topic(topicId);
          if (topic != null) {
            TopicRules rules = rulesFor.apply(image.configs(ConfigResource.topic(topic.name())));
            for (int index : indexes) {
              if (!topic.partitions().get(index).replicas().contains(brokerId)) {
                dismissals.add(dismiss(topic, index));
                continue;
              }
              Unopened partition = take(topic, index, rules);
              if (partition != null) {
                unopened.add(partition);
              }
            }
          }
        });
    dismissals.add(open(unopened, MOST_MADE_TOGETHER));
    return all(dismissals).thenRunAsync(() -> fetchFromLeaders(delta, image), inOrder);
  }

  private void fetchFromLeaders(MetadataDelta delta, ClusterImage image) {
    delta
        .changedPartitions()
        .forEach((topicId, indexes) -> indexes.forEach(index -> fetch(topicId, index, image)));
    fetchers.brokersChanged(delta.changedBrokers(), image);
  }

  /** Null if there is no more to do for it. */
  private @Nullable Unopened take(TopicImage topic, int index, TopicRules rules) {
    PartitionImage state = topic.partitions().get(index);
    if (partitions.isOffline(topic.id(), index)) {
      return null;
    }
    Partition known = partitions.find(topic.id(), index);
    if (known != null) {
      assign(known, state);
      return null;
    }
    return new Unopened(topic.id(), new TopicPartition(topic.name(), index), state, rules);
  }

  /** Completes when all are open, or known to stay offline. */
  private CompletableFuture<Void> open(List<Unopened> unopened, int mostTogether) {
    List<CompletableFuture<Void>> work = new ArrayList<>();
    Map<LogDirectory, List<Unopened>> fresh = new LinkedHashMap<>();
    Map<LogDirectory, Integer> planned = new HashMap<>();
    for (Unopened partition : unopened) {
      LogDirectory home = directoryOf(partition.name());
      LogDirectory chosen = home == null ? chooseEmptiest(planned) : home;
      if (home != null) {
        work.add(CompletableFuture.runAsync(() -> openExisting(partition, home), storage));
      } else if (chosen == null) {
        LOG.error("{} stays offline: no log directory is online", partition.name());
        partitions.addOffline(partition.topicId(), partition.name().partition());
      } else {
        planned.merge(chosen, 1, Integer::sum);
        List<Unopened> together = fresh.computeIfAbsent(chosen, _ -> new ArrayList<>());
        together.add(partition);
        if (together.size() == mostTogether) {
          work.add(CompletableFuture.runAsync(() -> create(together, chosen), storage));
          fresh.remove(chosen);
        }
      }
    }
    fresh.forEach((directory, together) ->
        work.add(CompletableFuture.runAsync(() -> create(together, directory), storage)));
    return all(work);
  }

  private @Nullable LogDirectory chooseEmptiest(Map<LogDirectory, Integer> planned) {
    return directories.stream()
        .filter(LogDirectory::isOnline)
        .min(
            Comparator.comparingInt(
                directory -> directory.logs().size() + planned.getOrDefault(directory, 0)))
        .orElse(null);
  }

  private void openExisting(Unopened partition, LogDirectory home) {
    Log log = home.log(partition.name());
    if (log == null) {
      throw new IllegalStateException(partition.name() + " has no log");
    }
    log.reconfigure(partition.rules().log());
    begin(partition, log, home);
  }

  private void create(List<Unopened> together, LogDirectory home) {
    try {
      List<Log> logs =
          home.create(
              together.stream()
                  .map(partition ->
                      new LogDirectory.NewLog(
                          partition.name(), partition.topicId(), partition.rules().log()))
                  .toList());
      for (int i = 0; i < logs.size(); i++) {
        begin(together.get(i), logs.get(i), home);
      }
    } catch (DiskFullException e) {
      for (Unopened partition : together) {
        partitions.addOffline(partition.topicId(), partition.name().partition());
        unmade.lacksRoom(new Unmade(partition.topicId(), partition.name()), e);
      }
    } catch (StorageException e) {
      for (Unopened partition : together) {
        LOG.error("{} stays offline: {}", partition.name(), e.getMessage());
        partitions.addOffline(partition.topicId(), partition.name().partition());
      }
    }
  }

  private void begin(Unopened unopened, Log log, LogDirectory home) {
    TopicPartition name = unopened.name();
    try {
      Partition partition =
          new Partition(
              unopened.topicId(),
              log,
              highWatermarks.getOrDefault(name, 0L),
              unopened.rules(),
              new Partition.Setting(appends, clock, new DirectoryGate(home), cluster));
      partitions.add(partition);
      assign(partition, unopened.state());
      unmade.isMade(new Unmade(unopened.topicId(), name));
    } catch (StorageException e) {
      LOG.error("{} stays offline: {}", name, e.getMessage());
      partitions.addOffline(unopened.topicId(), name.partition());
    }
  }

  private @Nullable LogDirectory directoryOf(TopicPartition name) {
    for (LogDirectory directory : directories) {
      if (directory.log(name) != null) {
        return directory;
      }
    }
    return null;
  }

  /** On any thread: those that were opened together are assigned side by side. */
  private void assign(Partition partition, PartitionImage image) {
    PartitionState state = PartitionState.of(image);
    if (state.leader() == brokerId) {
      partition.lead(state);
    } else {
      partition.follow(state);
    }
  }

  /** On the keeper's own thread. */
  private void fetch(Uuid topicId, int index, ClusterImage image) {
    Partition partition = partitions.find(topicId, index);
    TopicImage topic = image.topic(topicId);
    if (partition == null || topic == null) {
      return;
    }
    PartitionState state = PartitionState.of(topic.partitions().get(index));
    if (state.leader() == brokerId || state.leader() == PartitionImage.NO_LEADER) {
      fetchers.forget(topicId, index);
    } else {
      fetchers.follow(partition, state, image);
    }
  }

  private record DirectoryGate(LogDirectory directory) implements WriteGate {
    @Override
    public boolean acceptsWrites() {
      return directory.acceptsWrites();
    }

    @Override
    public boolean mayAppend() {
      return directory.flusher().mayAppend();
    }
  }

  // ---- Partitions that lacked room.

  private void tryAgain() {
    var _ =
        DONE.thenComposeAsync(_ -> recoverLate(), inOrder)
            .whenComplete((_, failure) -> {
              if (failure != null) {
                LOG.error("Partitions could not be recovered late", failure);
              }
              afterTheLast(this::makeAgain);
            });
  }

  /** Beside the changes, which must not wait while a large log is read. */
  private CompletableFuture<Void> recoverLate() {
    List<CompletableFuture<Void>> recoveries = new ArrayList<>();
    if (refused.isTurn()) {
      for (Unmade partition : unmade.waiting()) {
        LogDirectory directory = refused.thatLacksRoomFor(partition.name());
        if (directory != null) {
          String topic = partition.name().topic();
          TopicRules rules = rulesFor.apply(image().configs(ConfigResource.topic(topic)));
          recoveries.add(refused.recover(partition.name(), directory, rules.log()));
        }
      }
    }
    return all(recoveries);
  }

  private ClusterImage image() {
    return Objects.requireNonNull(latest, "nothing is unmade before the first image");
  }

  /** Opens what is recovered by now, and makes what is new, where there is room. */
  private CompletableFuture<Void> makeAgain() {
    List<Unopened> again = new ArrayList<>();
    List<CompletableFuture<Void>> strays = new ArrayList<>();
    for (Unmade partition : unmade.takeAll()) {
      TopicImage topic = image().topic(partition.name().topic());
      if (topic == null || !topic.id().equals(partition.topicId())) {
        unmade.forget(partition);
      } else if (refused.thatLacksRoomFor(partition.name()) != null) {
        unmade.retryLater(partition);
      } else if (!refused.contains(partition.name())) {
        int index = partition.name().partition();
        partitions.removeOffline(topic.id(), index);
        boolean isOurs = topic.partitions().get(index).replicas().contains(brokerId);
        if (!isOurs || isOfAnotherTopic(partition)) {
          strays.add(setAside(partition.name()));
        }
        TopicRules rules = rulesFor.apply(image().configs(ConfigResource.topic(topic.name())));
        Unopened unopened = isOurs ? take(topic, index, rules) : null;
        if (unopened != null) {
          again.add(unopened);
        }
      }
    }
    // One at a time: there may be room for some.
    return all(strays)
        .thenComposeAsync(_ -> open(again, 1), inOrder)
        .thenRunAsync(
            () -> again.forEach(one -> fetch(one.topicId(), one.name().partition(), image())),
            inOrder);
  }

  /**
   * Before it was opened nobody knew: an earlier topic of the name, deleted while this was away.
   */
  private boolean isOfAnotherTopic(Unmade partition) {
    LogDirectory directory = directoryOf(partition.name());
    Log log = directory == null ? null : directory.log(partition.name());
    Uuid topicId = log == null ? null : log.topicId();
    return topicId != null && !topicId.equals(partition.topicId());
  }

  private CompletableFuture<Void> setAside(TopicPartition name) {
    LogDirectory directory = directoryOf(name);
    Log log = directory == null ? null : directory.log(name);
    return directory == null || log == null ? DONE : departing.setAside(log, directory, NOBODYS);
  }

  // ---- Configuration.

  private void reconfigure(MetadataDelta delta, ClusterImage image) {
    Set<String> topics = new HashSet<>();
    for (ConfigResource resource : delta.changedConfigs()) {
      switch (resource.type()) {
        case TOPIC -> topics.add(resource.name());
        case BROKER -> topics.addAll(image.topicsByName().keySet());
        case GROUP, CLIENT_METRICS -> {}
      }
    }
    for (String name : topics) {
      TopicImage topic = image.topic(name);
      if (topic != null) {
        TopicRules rules = rulesFor.apply(image.configs(ConfigResource.topic(name)));
        partitions.ofTopic(topic.id()).forEach(partition -> partition.reconfigure(rules));
      }
    }
  }

  // ---- Deletion.

  /** The partition is kept elsewhere from now on. */
  private CompletableFuture<Void> dismiss(TopicImage topic, int index) {
    Partition partition = partitions.remove(topic.id(), index);
    return partition == null ? DONE : delete(partition, "it is kept on other brokers now");
  }

  private CompletableFuture<Void> delete(Partition partition, String reason) {
    fetchers.forget(partition.topicId(), partition.topicPartition().partition());
    partition.resign(reason);
    LogDirectory directory = directoryOf(partition.topicPartition());
    // Before the next change: a topic of the same name may come right behind.
    return directory == null ? DONE : departing.delete(partition.log(), directory);
  }

  private CompletableFuture<Void> deleteAll(Collection<TopicImage> topics) {
    return all(topics.stream().map(this::delete).toList());
  }

  private CompletableFuture<Void> delete(TopicImage topic) {
    List<CompletableFuture<Void>> deletions = new ArrayList<>();
    Set<TopicPartition> opened = new HashSet<>();
    for (Partition partition : partitions.removeTopic(topic.id())) {
      opened.add(partition.topicPartition());
      deletions.add(delete(partition, topic.name() + " was deleted"));
    }
    List<TopicPartition> unopened = new ArrayList<>();
    for (int index = 0; index < topic.partitions().size(); index++) {
      TopicPartition name = new TopicPartition(topic.name(), index);
      deletions.add(refused.delete(name));
      if (!opened.contains(name)) {
        unopened.add(name);
      }
    }
    return all(deletions)
        .thenComposeAsync(_ -> all(unopened.stream().map(this::deleteUnopened).toList()), inOrder);
  }

  /** What was recovered late, and was to be opened with a later change. */
  private CompletableFuture<Void> deleteUnopened(TopicPartition name) {
    LogDirectory directory = directoryOf(name);
    Log log = directory == null ? null : directory.log(name);
    return directory == null || log == null ? DONE : departing.delete(log, directory);
  }
}
