package org.stoker.coordinator.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.stoker.base.CallerRunsLane;
import org.stoker.base.MemoryPool;
import org.stoker.coordinator.runtime.Counters.Answer;
import org.stoker.coordinator.runtime.Counters.Sum;
import org.stoker.coordinator.runtime.Counters.Sums;
import org.stoker.metadata.ClusterImage;
import org.stoker.metadata.MetadataDelta;
import org.stoker.metadata.Result;
import org.stoker.protocol.ErrorCode;
import org.stoker.testkit.SimulatedClock;

/** Counters in one partition, its log in memory, its clock turned by hand. */
final class CounterRig {
  private static final ClusterImage IMAGE = ClusterImage.empty("cluster");

  final SimulatedClock clock = new SimulatedClock();
  final List<String> made = new ArrayList<>();
  final MemoryShardLog log = new MemoryShardLog();
  final MemoryPool memory = new MemoryPool("Counters", "new ones are refused", 100_000, clock);
  final Shards<Counters, Sums, Sum> shards =
      new Shards<>(
          new Counters.Type(memory),
          new ShardDependencies(log, clock, clock, () -> IMAGE, this::make),
          partition -> new CallerRunsLane("shard", Runnable::run));

  /** Leads the only partition in epoch 1. */
  CounterRig() {
    shards.start(1);
    shards.becomeLeader(0, 1);
  }

  private CompletableFuture<Result> make(InternalTopic topic) {
    made.add(topic.name());
    return CompletableFuture.completedFuture(Result.OK);
  }

  CompletableFuture<Answer> add(String name, long delta) {
    return execute((counters, to, nowMs) -> counters.add(name, delta, to, nowMs));
  }

  CompletableFuture<Answer> execute(Shards.Command<Counters, Sum, Answer> command) {
    return shards.execute("key", Answer::refused, command);
  }

  /** What is committed. */
  CompletableFuture<Answer> sum(String name) {
    return shards.read(
        "key", Answer::refused, counters -> answer(counters.facts.committed(), name));
  }

  CompletableFuture<Answer> stableSum(String name) {
    return shards.readStable(
        "key", Answer::refused, counters -> answer(counters.facts.committed(), name));
  }

  /** What decisions rest on. */
  CompletableFuture<Answer> latestSum(String name) {
    return shards.read("key", Answer::refused, counters -> answer(counters.facts.latest(), name));
  }

  private static Answer answer(Sums sums, String name) {
    return new Answer(ErrorCode.NONE, sums.of(name));
  }

  static Answer is(long sum) {
    return new Answer(ErrorCode.NONE, sum);
  }

  void imageChanged(boolean featuresChanged) {
    shards.imageChanged(
        new MetadataDelta(IMAGE, Set.of(), Map.of(), Map.of(), Set.of(), Set.of(), featuresChanged),
        IMAGE);
  }

  List<EncodedRecord> stored() {
    return log.encoded();
  }
}
