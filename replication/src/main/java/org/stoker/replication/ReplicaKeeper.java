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
import java.util.Queue;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
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
import org.stoker.metadata.ClusterImage;
import org.stoker.metadata.ConfigResource;
import org.stoker.metadata.MetadataDelta;
import org.stoker.metadata.MetadataListener;
import org.stoker.metadata.PartitionImage;
import org.stoker.metadata.TopicImage;

/**
 * Makes this broker's partitions what the cluster says they are: opens, creates, leads,
 * reconfigures and deletes them.
 *
 * <p>Changes are taken over one after the other: each waits, without a thread, until what the one
 * before asked of the disk is done.
 */
public final class ReplicaKeeper implements MetadataListener {
  private static final Logger LOG = LoggerFactory.getLogger(ReplicaKeeper.class);
  private static final long RETRY_MS = 1_000;
  private static final String NOBODYS = "belongs to no topic";
  private static final String OLD_COPY = "is in another log directory now";
  // Enough to make a sync's share of each small; several such groups are made at a time.
  private static final int MOST_MADE_TOGETHER = 500;
  private static final CompletableFuture<Void> DONE = CompletableFuture.completedFuture(null);

  private final int brokerId;
  private final Partitions partitions;
  private final List<LogDirectory> directories;
  private final Executor inOrder;
  private final Executor storage;
  private final Clock clock;
  private final Function<Map<String, String>, TopicRules> rulesFor;
  private final SortedMap<Long, CompletableFuture<Void>> waiting = new ConcurrentSkipListMap<>();
  private final Map<TopicPartition, Long> highWatermarks = new HashMap<>();
  private final Timers timers;
  private final ReplicaFetchers fetchers;
  private final Partition.Cluster cluster;
  private final boolean isDirectoryMissing;
  private final RefusedReplicas refused;
  // Each partition is in it at most once.
  private final Queue<Unmade> unmade = new ConcurrentLinkedQueue<>();
  private final Set<Unmade> announced = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean isRetrying = new AtomicBoolean();
  // Who holds the monitor only appends to it.
  private CompletableFuture<Void> lastChange = DONE;
  private @Nullable ClusterImage latest;
  private boolean isFirst = true;
  private volatile long settledOffset = -1;

  /**
   * What a keeper works with.
   *
   * @param inOrder runs the keeper's own tasks, of which there is never more than one at a time
   * @param storage runs several tasks that may wait
   * @param rulesFor what a topic's own configuration comes to on this broker
   */
  public record Setting(
      int brokerId,
      Directories directories,
      Executor inOrder,
      Executor storage,
      Clock clock,
      Timers timers,
      ReplicaFetchers fetchers,
      Partition.Cluster cluster,
      Function<Map<String, String>, TopicRules> rulesFor) {}

  /**
   * Where partitions are kept.
   *
   * @param isAnyLeftOut whether another one could not be used: what is in it is unknown
   * @param lostIds of those left out after the cluster was told that they are there
   */
  public record Directories(List<LogDirectory> usable, boolean isAnyLeftOut, List<Uuid> lostIds) {
    public Directories {
      usable = List.copyOf(usable);
      lostIds = List.copyOf(lostIds);
    }
  }

  /** A partition that its disk had no room for, to make it or to recover it. */
  private record Unmade(Uuid topicId, TopicPartition name) {}

  /** A partition of this broker that has a log, or must get one. */
  private record Unopened(
      Uuid topicId, TopicPartition name, PartitionImage state, TopicRules rules) {}

  public ReplicaKeeper(Partitions partitions, Setting setting) {
    this.partitions = partitions;
    this.brokerId = setting.brokerId();
    this.directories = setting.directories().usable();
    this.timers = setting.timers();
    this.fetchers = setting.fetchers();
    this.cluster = setting.cluster();
    this.isDirectoryMissing = setting.directories().isAnyLeftOut();
    this.inOrder = setting.inOrder();
    this.storage = setting.storage();
    this.refused = new RefusedReplicas(directories, storage);
    this.clock = setting.clock();
    this.rulesFor = setting.rulesFor();
  }

  @Override
  public void imageChanged(MetadataDelta delta, ClusterImage image) {
    afterTheLast(() -> take(delta, image));
  }

  private synchronized void afterTheLast(Supplier<CompletableFuture<Void>> change) {
    lastChange =
        lastChange
            .thenComposeAsync(_ -> change.get(), inOrder)
            .handle((_, failure) -> {
              if (failure != null) {
                // Those behind it must not be lost with it.
                LOG.error("A change of this broker's partitions has failed", failure);
              }
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
    CompletableFuture<Void> stock = isFirst ? takeStock(image) : DONE;
    isFirst = false;
    return stock
        .thenComposeAsync(_ -> deleteAll(delta.deletedTopics().values()), inOrder)
        .thenComposeAsync(_ -> openAndLead(delta, image), inOrder)
        .thenRunAsync(() -> reconfigure(delta, image), inOrder)
        .handleAsync((_, failure) -> settle(image, failure), inOrder);
  }

  private @Nullable Void settle(ClusterImage image, @Nullable Throwable failure) {
    if (failure != null) {
      LOG.error(
          "The cluster's change at offset={} could not be taken over", image.offset(), failure);
    }
    settledOffset = image.offset();
    SortedMap<Long, CompletableFuture<Void>> done = waiting.headMap(image.offset() + 1);
    done.values().forEach(future -> future.complete(null));
    done.clear();
    return null;
  }

  private static CompletableFuture<Void> all(List<CompletableFuture<Void>> work) {
    return CompletableFuture.allOf(work.toArray(CompletableFuture<?>[]::new));
  }

  // ---- What was there before.

  private CompletableFuture<Void> takeStock(ClusterImage image) {
    List<CompletableFuture<Void>> strays = new ArrayList<>();
    for (LogDirectory directory : directories) {
      highWatermarks.putAll(directory.readHighWatermarks());
      for (Log log : List.copyOf(directory.logs())) {
        if (!belongs(log, image)) {
          strays.add(onLane(log, () -> directory.setAsStray(log, NOBODYS)));
        } else if (isAnOldCopy(log, directory, image)) {
          strays.add(onLane(log, () -> directory.setAsStray(log, OLD_COPY)));
        }
      }
      List.copyOf(directory.refused().keySet())
          .forEach(name -> takeStockOfRefused(name, directory, image));
    }
    return all(strays)
        .thenRunAsync(
            () -> {
              if (isDirectoryMissing) {
                image.topicsByName().values().forEach(this::noteThoseThatAreNotHere);
              }
            },
            inOrder);
  }

  /** They may be in the directory that is missing: an empty log would pass for all there is. */
  private void noteThoseThatAreNotHere(TopicImage topic) {
    for (int index = 0; index < topic.partitions().size(); index++) {
      TopicPartition name = new TopicPartition(topic.name(), index);
      if (topic.partitions().get(index).replicas().contains(brokerId)
          && directoryOf(name) == null
          && !partitions.isOffline(topic.id(), index)) {
        LOG.error("{} stays offline: it may be in a log directory that is left out", name);
        partitions.addOffline(topic.id(), index);
      }
    }
  }

  private void takeStockOfRefused(TopicPartition name, LogDirectory directory, ClusterImage image) {
    TopicImage topic = image.topic(name.topic());
    if (topic != null) {
      partitions.addOffline(topic.id(), name.partition());
      if (directory.lacksRoom(name)) {
        retryLater(new Unmade(topic.id(), name));
      }
    } else {
      RefusedReplicas.setAside(name, directory);
    }
  }

  private boolean belongs(Log log, ClusterImage image) {
    PartitionImage partition = image.partition(log.topicPartition());
    TopicImage topic = image.topic(log.topicPartition().topic());
    return partition != null
        && topic != null
        && partition.replicas().contains(brokerId)
        && (log.topicId() == null || topic.id().equals(log.topicId()));
  }

  /**
   * Whether it is in a directory that was away while the broker got the partition again, in another
   * one: that has more, and the cluster knows which it is.
   */
  private boolean isAnOldCopy(Log log, LogDirectory directory, ClusterImage image) {
    TopicPartition name = log.topicPartition();
    PartitionImage partition = Objects.requireNonNull(image.partition(name), "it belongs here");
    Uuid named = partition.directories().get(partition.replicas().indexOf(brokerId));
    return directories.stream()
        .filter(other -> other != directory && named.equals(other.id()))
        .anyMatch(other -> other.log(name) != null || other.refused().containsKey(name));
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
        makeWhenThereIsRoom(new Unmade(partition.topicId(), partition.name()), e);
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
              new Partition.Setting(storage, clock, new DirectoryGate(home), cluster));
      partitions.add(partition);
      assign(partition, unopened.state());
      if (announced.remove(new Unmade(unopened.topicId(), name))) {
        LOG.info("{} is made, now that there is room", name);
      }
    } catch (StorageException e) {
      LOG.error("{} stays offline: {}", name, e.getMessage());
      partitions.addOffline(unopened.topicId(), name.partition());
    }
  }

  private void makeWhenThereIsRoom(Unmade partition, DiskFullException e) {
    if (announced.add(partition)) {
      LOG.error("{} is offline until there is room: {}", partition.name(), e.getMessage());
    }
    retryLater(partition);
  }

  private void retryLater(Unmade partition) {
    unmade.add(partition);
    if (isRetrying.compareAndSet(false, true)) {
      timers.after(RETRY_MS, () -> afterTheLast(this::retry));
    }
  }

  private CompletableFuture<Void> retry() {
    isRetrying.set(false);
    List<CompletableFuture<Void>> recoveries = new ArrayList<>();
    if (refused.isTurn()) {
      for (Unmade partition : unmade) {
        LogDirectory directory = refused.thatLacksRoomFor(partition.name());
        if (directory != null) {
          recoveries.add(recover(partition.name(), directory));
        }
      }
    }
    return all(recoveries).thenComposeAsync(_ -> makeAgain(), inOrder);
  }

  private CompletableFuture<Void> recover(TopicPartition name, LogDirectory directory) {
    ClusterImage image = Objects.requireNonNull(latest, "nothing is unmade before the first image");
    TopicRules rules = rulesFor.apply(image.configs(ConfigResource.topic(name.topic())));
    return refused
        .recover(name, directory, rules.log())
        .thenComposeAsync(
            log ->
                log == null || belongs(log, image)
                    ? DONE
                    : onLane(log, () -> directory.setAsStray(log, NOBODYS)),
            inOrder);
  }

  /** Opens what is recovered by now, and makes what is new, where there is room. */
  private CompletableFuture<Void> makeAgain() {
    ClusterImage image = Objects.requireNonNull(latest, "nothing is unmade before the first image");
    List<Unopened> again = new ArrayList<>();
    for (int count = unmade.size(); count > 0; count--) {
      Unmade partition = unmade.remove();
      TopicImage topic = image.topic(partition.name().topic());
      if (topic == null || !topic.id().equals(partition.topicId())) {
        announced.remove(partition);
      } else if (refused.thatLacksRoomFor(partition.name()) != null) {
        retryLater(partition);
      } else if (!refused.contains(partition.name())) {
        int index = partition.name().partition();
        partitions.removeOffline(topic.id(), index);
        TopicRules rules = rulesFor.apply(image.configs(ConfigResource.topic(topic.name())));
        boolean isOurs = topic.partitions().get(index).replicas().contains(brokerId);
        Unopened unopened = isOurs ? take(topic, index, rules) : null;
        if (unopened != null) {
          again.add(unopened);
        }
      }
    }
    // There may be room for some.
    return open(again, 1)
        .thenRunAsync(
            () -> again.forEach(one -> fetch(one.topicId(), one.name().partition(), image)),
            inOrder);
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
    return directory == null
        ? DONE
        : onLane(partition.log(), () -> directory.delete(partition.log()));
  }

  private CompletableFuture<Void> deleteAll(Collection<TopicImage> topics) {
    List<CompletableFuture<Void>> deletions = new ArrayList<>();
    topics.forEach(topic -> delete(topic, deletions));
    return all(deletions);
  }

  private void delete(TopicImage topic, List<CompletableFuture<Void>> deletions) {
    Collection<Partition> removed = partitions.removeTopic(topic.id());
    for (Partition partition : removed) {
      deletions.add(delete(partition, topic.name() + " was deleted"));
    }
    for (int index = 0; index < topic.partitions().size(); index++) {
      refused.delete(new TopicPartition(topic.name(), index));
    }
  }

  private CompletableFuture<Void> onLane(Log log, Runnable work) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    log.lane()
        .submit(() ->
            log.lane()
                .continueOn(
                    storage,
                    () -> {
                      try {
                        work.run();
                      } catch (StorageException e) {
                        LOG.error("{}: {}", log.topicPartition(), e.getMessage());
                      } finally {
                        done.complete(null);
                      }
                    }));
    return done;
  }
}
