package org.stoker.coordinator.runtime;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.stoker.base.ConfinedTo;
import org.stoker.base.MemoryPool;
import org.stoker.base.SharedMap;
import org.stoker.metadata.ClusterImage;
import org.stoker.metadata.MetadataDelta;
import org.stoker.protocol.ErrorCode;
import org.stoker.records.Compression;

/** A state machine that has nothing to do with groups: numbers by name, added to. */
@ConfinedTo(Shard.SHARD_LANE)
final class Counters implements StateMachine<Counters.Sum> {
  /** A counter's sum is this now; null once it is forgotten. */
  record Sum(String name, @Nullable Long value) {}

  /** What a counter was asked, and how it answered: its sum so far, or what went wrong. */
  record Answer(ErrorCode error, long sum) {
    static Answer refused(ErrorCode error) {
      return new Answer(error, -1);
    }
  }

  /** The sums that the records say, and the offset of the last one. */
  record Sums(SharedMap<String, Long> byName, long lastOffset) implements Facts<Sums, Sum> {
    static final long BYTES = 100;
    static final Sums NONE = new Sums(SharedMap.empty(), -1);

    long of(String name) {
      return byName.getOrDefault(name, 0L);
    }

    @Override
    public long heapBytes() {
      return BYTES * byName.size();
    }

    @Override
    public Draft<Sums, Sum> draft() {
      SharedMap.Draft<String, Long> draft = byName.draft();
      return new Draft<>() {
        private long offset = lastOffset;

        @Override
        public void replay(Sum record, long recordOffset) {
          Long value = record.value();
          if (value == null) {
            draft.remove(record.name());
          } else {
            draft.put(record.name(), value);
          }
          offset = recordOffset;
        }

        @Override
        public Sums finish() {
          return new Sums(draft.finish(), offset);
        }
      };
    }
  }

  final ReplicatedFacts<Sums, Sum> facts;
  private final List<ReplyTo<Answer>> parked = new ArrayList<>();
  final List<String> recalled = new ArrayList<>();

  Counters(ReplicatedFacts<Sums, Sum> facts) {
    this.facts = facts;
  }

  // ---- commands ----

  Decision<Sum> add(String name, long delta, ReplyTo<Answer> to, long nowMs) {
    long sum = facts.latest().of(name) + delta;
    return new Decision.Draft<Sum>(nowMs)
        .append(new Sum(name, sum))
        .replyWhenStored(to, new Answer(ErrorCode.NONE, sum), Answer::refused)
        .decide();
  }

  /** Adds what it was given last when that is stored, and then answers. */
  Decision<Sum> addTwice(String name, long delta, ReplyTo<Answer> to, long nowMs) {
    return new Decision.Draft<Sum>(nowMs)
        .append(new Sum(name, facts.latest().of(name) + delta))
        .whenStored((outcome, laterMs) ->
            outcome == ErrorCode.NONE
                ? add(name, delta, to, laterMs)
                : new Decision.Draft<Sum>(laterMs).reply(to, Answer.refused(outcome)).decide())
        .decide();
  }

  /** Each name in a batch of its own if they do not fit together. */
  Decision<Sum> forget(List<String> names, long nowMs) {
    var out = new Decision.Draft<Sum>(nowMs).divisible();
    names.forEach(name -> out.append(new Sum(name, null)));
    return out.decide();
  }

  Decision<Sum> addAfter(long delayMs, String timer, String name, long nowMs) {
    return new Decision.Draft<Sum>(nowMs)
        .setTimer(
            new TimerKey("counters", timer), delayMs, laterMs -> add(name, 1, _ -> {}, laterMs))
        .decide();
  }

  static Decision<Sum> cancel(String timer, long nowMs) {
    return new Decision.Draft<Sum>(nowMs).cancelTimer(new TimerKey("counters", timer)).decide();
  }

  Decision<Sum> park(ReplyTo<Answer> to, long nowMs) {
    parked.add(to);
    return new Decision.Draft<Sum>(nowMs).decide();
  }

  static Decision<Sum> fail() {
    throw new IllegalStateException("on purpose");
  }

  // ---- the runtime's calls ----

  @Override
  public void recall(Sum record) {
    recalled.add(record.name());
  }

  @Override
  public Decision<Sum> loaded(long nowMs) {
    return Decision.nothing();
  }

  @Override
  public Decision<Sum> imageChanged(MetadataDelta delta, ClusterImage image, long nowMs) {
    return add("images", 1, _ -> {}, nowMs);
  }

  @Override
  public Decision<Sum> resigned(long nowMs) {
    var out = new Decision.Draft<Sum>(nowMs);
    parked.forEach(to -> out.reply(to, Answer.refused(ErrorCode.NOT_COORDINATOR)));
    return out.decide();
  }

  @Override
  public String summary() {
    return facts.committed().byName().size() + " counters";
  }

  /** Counters, in a topic of their own. */
  record Type(MemoryPool memory) implements ShardType<Counters, Sums, Sum>, RecordCodec<Sum> {
    static final InternalTopic TOPIC =
        new InternalTopic(
            "__counters", "counters.partitions", "counters.replication.factor", "", Map.of());
    static final long RECORD_BYTES = 1_000;

    @Override
    public InternalTopic topic() {
      return TOPIC;
    }

    @Override
    public RecordCodec<Sum> codec() {
      return this;
    }

    @Override
    public ShardConfig config() {
      return new ShardConfig(5_000, Compression.NONE);
    }

    @Override
    public Sums noFacts() {
      return Sums.NONE;
    }

    @Override
    public Counters newMachine(ReplicatedFacts<Sums, Sum> facts, ShardPartition partition) {
      return new Counters(facts);
    }

    @Override
    public boolean reactsTo(MetadataDelta delta) {
      return delta.featuresChanged();
    }

    @Override
    public EncodedRecord encode(Sum record) {
      Long value = record.value();
      return new EncodedRecord(
          Bytes.of(record.name().getBytes(StandardCharsets.UTF_8)),
          value == null ? null : Bytes.of(ByteBuffer.allocate(Long.BYTES).putLong(value).array()));
    }

    @Override
    public @Nullable Sum decode(ByteBuffer key, @Nullable ByteBuffer value) {
      String name = StandardCharsets.UTF_8.decode(key).toString();
      return new Sum(name, value == null ? null : value.getLong());
    }

    @Override
    public Object keyOf(Sum record) {
      return record.name();
    }

    @Override
    public long minSizeBytes(Sum record) {
      return record.name().length();
    }

    @Override
    public long heapBytes(Sum record) {
      return RECORD_BYTES;
    }
  }
}
