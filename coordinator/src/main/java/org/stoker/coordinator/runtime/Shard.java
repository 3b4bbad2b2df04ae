package org.stoker.coordinator.runtime;

import java.nio.ByteBuffer;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.stoker.base.ConfinedTo;
import org.stoker.base.MemoryShare;
import org.stoker.base.ThreadSafe;
import org.stoker.base.Timers.Timer;
import org.stoker.coordinator.runtime.ShardLog.LoadSink;
import org.stoker.protocol.ErrorCode;

/**
 * One partition of a coordinator's topic with the state machine that its records are about, on a
 * lane of its own.
 *
 * <pre>
 *   Resigned ──becomeLeader──▶ Loading ──whole log replayed──▶ Active
 *      ▲                         │  ▲ │                          │  │
 *      │                         │  └─┘ reading failed: later    │  │
 *      ├──────────resign─────────┘  ◀──────an invariant broke────┘  │
 *      └──────────────────────────resign────────────────────────────┘
 * </pre>
 */
@ThreadSafe
public final class Shard<M extends StateMachine<R>, F extends Facts<F, R>, R> {
  public static final String SHARD_LANE = "the shard's lane";

  /** How long to wait before the log is read again after that failed; twice as long each time. */
  public static final long LOAD_RETRY_MS = 1_000;

  /** And no longer than this: a disk may have been mended, or another replica elected. */
  public static final long MAX_LOAD_RETRY_MS = 60_000;

  private static final int NO_EPOCH = -1;

  private static final Logger LOG = LoggerFactory.getLogger(Shard.class);

  private final ShardType<M, F, R> type;
  private final ShardPartition partition;

  @ConfinedTo(SHARD_LANE)
  private Phase phase = new Resigned(NO_EPOCH);

  @ConfinedTo(SHARD_LANE)
  private final Set<Waiter> waiters = new LinkedHashSet<>();

  /** Compared by identity. */
  @SuppressWarnings("ClassCanBeStatic") // all phases have the type parameters of the shard
  private abstract sealed class Phase {
    final int leaderEpoch;

    Phase(int leaderEpoch) {
      this.leaderEpoch = leaderEpoch;
    }
  }

  /** Until an epoch that is later than this one begins. */
  @SuppressWarnings("ClassCanBeStatic")
  private final class Resigned extends Phase {
    Resigned(int leaderEpoch) {
      super(leaderEpoch);
    }
  }

  @SuppressWarnings("ClassCanBeStatic")
  private final class Loading extends Phase {
    final Loader loader;

    Loading(Loader loader) {
      super(loader.leaderEpoch);
      this.loader = loader;
    }
  }

  /** Reading failed, or what is there does not fit; read again later. */
  @SuppressWarnings("ClassCanBeStatic")
  private final class Waiting extends Phase {
    final long retryMs;

    Waiting(int leaderEpoch, long retryMs) {
      super(leaderEpoch);
      this.retryMs = retryMs;
    }
  }

  /** Since this epoch; the leadership knows the latest. */
  @SuppressWarnings("ClassCanBeStatic")
  private final class Active extends Phase {
    final ShardLeadership<M, F, R> leadership;

    Active(ShardLeadership<M, F, R> leadership) {
      super(leadership.leaderEpoch());
      this.leadership = leadership;
    }
  }

  Shard(ShardType<M, F, R> type, ShardPartition partition) {
    this.type = type;
    this.partition = partition;
  }

  // ---- leading ----

  void becomeLeader(int leaderEpoch) {
    partition.lane().submit(() -> lead(leaderEpoch));
  }

  /** Does nothing if the shard is led in a later epoch already. */
  void resign(int leaderEpoch) {
    partition.lane().submit(() -> stopLeading(leaderEpoch));
  }

  private void lead(int leaderEpoch) {
    switch (phase) {
      case Resigned resigned -> {
        // To lead takes until the log is open, to resign takes no time: the news may change places.
        if (leaderEpoch > resigned.leaderEpoch) {
          load(leaderEpoch, LOAD_RETRY_MS);
        }
      }
      case Loading loading -> {
        if (loading.leaderEpoch < leaderEpoch) {
          loading.loader.cancel();
          load(leaderEpoch, LOAD_RETRY_MS);
        }
      }
      case Waiting waiting -> {
        if (waiting.leaderEpoch < leaderEpoch) {
          load(leaderEpoch, LOAD_RETRY_MS);
        }
      }
      case Active active -> {
        ShardLeadership<M, F, R> leadership = active.leadership;
        if (leaderEpoch > leadership.leaderEpoch() + 1) {
          // Others may have led in between, and written.
          load(leaderEpoch, LOAD_RETRY_MS);
          leadership.end();
        } else {
          leadership.setLeaderEpoch(Math.max(leaderEpoch, leadership.leaderEpoch()));
        }
      }
    }
  }

  private void stopLeading(int leaderEpoch) {
    switch (phase) {
      case Resigned resigned -> phase = new Resigned(Math.max(resigned.leaderEpoch, leaderEpoch));
      case Loading loading -> {
        if (loading.leaderEpoch <= leaderEpoch) {
          loading.loader.cancel();
          phase = new Resigned(leaderEpoch);
        }
      }
      case Waiting waiting -> {
        if (waiting.leaderEpoch <= leaderEpoch) {
          phase = new Resigned(leaderEpoch);
        }
      }
      case Active active -> {
        if (active.leadership.leaderEpoch() <= leaderEpoch) {
          phase = new Resigned(leaderEpoch);
          active.leadership.end();
          LOG.info("{} is led by another broker now", partition.name());
        }
      }
    }
  }

  private void load(int leaderEpoch, long retryMs) {
    var loader = new Loader(leaderEpoch, retryMs);
    phase = new Loading(loader);
    partition.dependencies().log().load(partition.partition(), leaderEpoch, loader);
  }

  private void loaded(Loader loader, ErrorCode outcome) {
    if (loader.isCancelled) {
      loader.close();
      return;
    }
    if (loader.isOverLimit) {
      LOG.error(
          "{} holds more than fits into the part of the heap that is for it, and is not served"
              + " here. Give the broker a larger heap (KAFKA_HEAP_OPTS), or let another broker lead"
              + " the partition; tried again in {} ms",
          partition.name(),
          loader.retryMs);
      loadLater(loader);
      return;
    }
    if (outcome != ErrorCode.NONE) {
      LOG.warn(
          "{} could not be read: {}; tried again in {} ms",
          partition.name(),
          outcome,
          loader.retryMs);
      loadLater(loader);
      return;
    }
    var leadership =
        new ShardLeadership<>(
            type, partition, loader.machine, loader.facts, loader.leaderEpoch, this::loadAgain);
    phase = new Active(leadership);
    long recordCount = loader.replay.recordCount();
    // Most shards of a broker that starts are empty, and there are many.
    LOG.atLevel(recordCount == 0 ? Level.DEBUG : Level.INFO)
        .log(
            "{} is loaded in epoch {}: {} records, {}",
            partition.name(),
            loader.leaderEpoch,
            recordCount,
            loader.machine.summary());
    leadership.begin();
    // Waiters may run anything, this shard's own commands too.
    List<Waiter> ready = List.copyOf(waiters);
    waiters.clear();
    ready.forEach(waiter -> waiter.end(ErrorCode.NONE));
  }

  private void loadLater(Loader failed) {
    // What was read must not wait in memory.
    failed.close();
    var waiting = new Waiting(failed.leaderEpoch, failed.retryMs);
    phase = waiting;
    partition.after(
        waiting.retryMs,
        () -> {
          if (phase == waiting) {
            load(waiting.leaderEpoch, Math.min(2 * waiting.retryMs, MAX_LOAD_RETRY_MS));
          }
        });
  }

  // ---- readiness ----

  /** A request to be told when commands are taken here; compared by identity. */
  private static final class Waiter {
    private final ReplyTo<ErrorCode> to;
    private @Nullable Timer timeout;

    Waiter(ReplyTo<ErrorCode> to) {
      this.to = to;
    }

    void end(ErrorCode error) {
      if (timeout != null) {
        timeout.cancel();
      }
      to.reply(error);
    }
  }

  /** Answers as soon as commands are taken here, or why they still are not after so long. */
  void whenReady(long limitMs, ReplyTo<ErrorCode> to) {
    partition
        .lane()
        .submit(() -> {
          var waiter = new Waiter(to);
          if (phase instanceof Active) {
            waiter.end(ErrorCode.NONE);
            return;
          }
          waiters.add(waiter);
          waiter.timeout =
              partition.after(
                  limitMs,
                  () -> {
                    if (waiters.remove(waiter)) {
                      waiter.end(notActive());
                    }
                  });
        });
  }

  // ---- commands ----

  /** Decides, and carries out; answers {@code refused} if the shard cannot. */
  <A> void execute(
      ReplyTo<A> to, Function<ErrorCode, A> refused, ShardLeadership.Operation<M, R> operation) {
    partition
        .lane()
        .submit(() -> {
          if (phase instanceof Active active) {
            if (!active.leadership.execute(operation)) {
              to.reply(refused.apply(ErrorCode.UNKNOWN_SERVER_ERROR));
            }
          } else {
            to.reply(refused.apply(notActive()));
          }
        });
  }

  /** Does nothing if the shard is not led: then nobody waits for it. */
  void executeIfActive(ShardLeadership.Operation<M, R> operation) {
    partition
        .lane()
        .submit(() -> {
          if (phase instanceof Active active) {
            active.leadership.execute(operation);
          }
        });
  }

  /** Reads what is stored. */
  <A> void read(ReplyTo<A> to, Function<ErrorCode, A> refused, Function<M, A> question) {
    partition.lane().submit(() -> readNow(to, refused, question));
  }

  /** Reads when all that is on its way now has arrived, so that nothing changes it any more. */
  <A> void readStable(ReplyTo<A> to, Function<ErrorCode, A> refused, Function<M, A> question) {
    partition
        .lane()
        .submit(() -> {
          if (phase instanceof Active active) {
            active.leadership.afterAppendsSoFar(
                () -> readNow(to, refused, question),
                () -> to.reply(refused.apply(ErrorCode.NOT_COORDINATOR)));
          } else {
            to.reply(refused.apply(notActive()));
          }
        });
  }

  private <A> void readNow(ReplyTo<A> to, Function<ErrorCode, A> refused, Function<M, A> question) {
    if (phase instanceof Active active) {
      to.reply(question.apply(active.leadership.machine()));
    } else {
      to.reply(refused.apply(notActive()));
    }
  }

  private ErrorCode notActive() {
    return phase instanceof Loading || phase instanceof Waiting
        ? ErrorCode.COORDINATOR_LOAD_IN_PROGRESS
        : ErrorCode.NOT_COORDINATOR;
  }

  /** After an exception what is in memory cannot be trusted, what is in the log can. */
  private void loadAgain(ShardLeadership<M, F, R> broken) {
    if (!broken.isOver()) {
      load(broken.leaderEpoch(), LOAD_RETRY_MS);
      broken.end();
    }
  }

  /** Fills a new state machine from the log, on the log's thread, and hands it to the lane. */
  private final class Loader implements LoadSink {
    private final int leaderEpoch;
    private final long retryMs;
    private final ReplicatedFacts<F, R> facts =
        new ReplicatedFacts<>(
            type.noFacts(), new MemoryShare(type.memory()), type.codec()::heapBytes);
    private final M machine = type.newMachine(facts, partition);
    private final LogReplay<F, R> replay =
        new LogReplay<>(facts, machine, type.codec(), partition.name());
    private volatile boolean isCancelled;
    private volatile boolean isOverLimit;

    Loader(int leaderEpoch, long retryMs) {
      this.leaderEpoch = leaderEpoch;
      this.retryMs = retryMs;
    }

    void cancel() {
      isCancelled = true;
    }

    void close() {
      machine.close();
      facts.close();
    }

    @Override
    public boolean isWanted() {
      return !isCancelled && !isOverLimit;
    }

    @Override
    public void batches(ByteBuffer batches) {
      replay.batches(batches);
      isOverLimit |= type.memory().isExhausted();
    }

    @Override
    public void finished(ErrorCode outcome) {
      replay.end();
      partition.lane().submit(() -> loaded(this, outcome));
    }
  }
}
