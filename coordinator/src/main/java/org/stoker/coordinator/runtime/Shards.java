package org.stoker.coordinator.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.stoker.base.Lane;
import org.stoker.base.ThreadSafe;
import org.stoker.metadata.ClusterImage;
import org.stoker.metadata.MetadataDelta;
import org.stoker.metadata.Result;
import org.stoker.protocol.ErrorCode;

/**
 * The shards of one coordinator, one for each partition of its topic: takes each command to the
 * shard of its key. Answers come on the shard's lane, or at once.
 */
@ThreadSafe
public final class Shards<M extends StateMachine<R>, F extends Facts<F, R>, R> {
  private final ShardType<M, F, R> type;
  private final ShardDependencies dependencies;
  private final IntFunction<Lane> lanes;
  private volatile @Nullable List<Shard<M, F, R>> started;
  private volatile boolean isActive;
  private volatile boolean isStopped;

  /** Decides on a command, whose reply may have to wait. */
  @FunctionalInterface
  public interface Command<M, R, A> {
    Decision<R> decide(M machine, ReplyTo<A> to, long nowMs);
  }

  /**
   * Not started yet.
   *
   * @param lanes makes the lane of a partition's shard
   */
  public Shards(ShardType<M, F, R> type, ShardDependencies dependencies, IntFunction<Lane> lanes) {
    this.type = type;
    this.dependencies = dependencies;
    this.lanes = lanes;
  }

  // ---- life ----

  /**
   * Until then no key belongs to a shard. Started again, the coordinator forgets what it knew: the
   * topic is another one, or its keys belong to other partitions.
   */
  public void start(int partitionCount) {
    List<Shard<M, F, R>> earlier = started;
    List<Shard<M, F, R>> shards = new ArrayList<>(partitionCount);
    for (int partition = 0; partition < partitionCount; partition++) {
      shards.add(
          new Shard<>(
              type,
              new ShardPartition(
                  type.topic().name(), partition, lanes.apply(partition), dependencies)));
    }
    started = List.copyOf(shards);
    isActive = !isStopped;
    resignAll(earlier);
  }

  /** Every request that waits is answered; none is served from here on. */
  public void stop() {
    isStopped = true;
    isActive = false;
    resignAll(started);
  }

  private static void resignAll(@Nullable List<? extends Shard<?, ?, ?>> shards) {
    if (shards != null) {
      shards.forEach(shard -> shard.resign(Integer.MAX_VALUE));
    }
  }

  /** Has the topic made; completes when it is there, or could not be made. */
  public CompletableFuture<Result> makeTopic() {
    return dependencies.topics().make(type.topic());
  }

  /** NONE, or why no command is taken. */
  public ErrorCode availability() {
    if (isActive) {
      return ErrorCode.NONE;
    }
    // Without its topic no key is anybody's; the first client that asks for one has it made.
    return started == null ? ErrorCode.NOT_COORDINATOR : ErrorCode.COORDINATOR_NOT_AVAILABLE;
  }

  /** The partition that a key belongs to. */
  public int partitionFor(String key) {
    return partitionFor(key, all().size());
  }

  /** Kafka's rule, where the hash without a positive counterpart becomes 0. */
  public static int partitionFor(String key, int partitionCount) {
    int hash = key.hashCode();
    return (hash == Integer.MIN_VALUE ? 0 : Math.abs(hash)) % partitionCount;
  }

  public void becomeLeader(int partition, int leaderEpoch) {
    all().get(partition).becomeLeader(leaderEpoch);
  }

  /** This broker does not lead the partition any longer, as of this epoch. */
  public void resign(int partition, int leaderEpoch) {
    all().get(partition).resign(leaderEpoch);
  }

  public void imageChanged(MetadataDelta delta, ClusterImage image) {
    List<Shard<M, F, R>> shards = started;
    if (shards != null && type.reactsTo(delta)) {
      shards.forEach(shard ->
          shard.executeIfActive((machine, nowMs) -> machine.imageChanged(delta, image, nowMs)));
    }
  }

  /**
   * Answers without an error as soon as the shard of this key takes commands. Otherwise after the
   * limit with what they would be refused with.
   */
  public CompletableFuture<ErrorCode> whenReady(String key, long limitMs) {
    if (!isActive) {
      return CompletableFuture.completedFuture(ErrorCode.COORDINATOR_NOT_AVAILABLE);
    }
    var reply = new CompletableFuture<ErrorCode>();
    shardOf(key).whenReady(limitMs, reply::complete);
    return reply;
  }

  // ---- commands ----

  /**
   * Has the shard of the key decide, and carry out what it decided.
   *
   * @param refused the answer to a command that its shard does not take
   */
  public <A> CompletableFuture<A> execute(
      String key, Function<ErrorCode, A> refused, Command<M, R, A> command) {
    return execute(partitionFor(key), refused, command);
  }

  public <A> CompletableFuture<A> execute(
      int partition, Function<ErrorCode, A> refused, Command<M, R, A> command) {
    var reply = new CompletableFuture<A>();
    ReplyTo<A> to = reply::complete;
    all()
        .get(partition)
        .execute(to, refused, (machine, nowMs) -> command.decide(machine, to, nowMs));
    return reply;
  }

  /** Asks for what is stored. */
  public <A> CompletableFuture<A> read(
      String key, Function<ErrorCode, A> refused, Function<M, A> question) {
    var reply = new CompletableFuture<A>();
    shardOf(key).read(reply::complete, refused, question);
    return reply;
  }

  /** Asks when all that is on its way now is stored, so that nothing changes it any more. */
  public <A> CompletableFuture<A> readStable(
      String key, Function<ErrorCode, A> refused, Function<M, A> question) {
    var reply = new CompletableFuture<A>();
    shardOf(key).readStable(reply::complete, refused, question);
    return reply;
  }

  /** Asks every shard. */
  public <A> List<CompletableFuture<A>> readAll(
      Function<ErrorCode, A> refused, Function<M, A> question) {
    List<CompletableFuture<A>> replies = new ArrayList<>();
    for (Shard<M, F, R> shard : all()) {
      var reply = new CompletableFuture<A>();
      shard.read(reply::complete, refused, question);
      replies.add(reply);
    }
    return replies;
  }

  private Shard<M, F, R> shardOf(String key) {
    List<Shard<M, F, R>> shards = all();
    return shards.get(partitionFor(key, shards.size()));
  }

  private List<Shard<M, F, R>> all() {
    List<Shard<M, F, R>> shards = started;
    if (shards == null) {
      throw new IllegalStateException("the shards of " + type.topic().name() + " were not started");
    }
    return shards;
  }
}
