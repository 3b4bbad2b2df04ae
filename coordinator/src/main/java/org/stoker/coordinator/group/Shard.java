package org.stoker.coordinator.group;

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
import org.stoker.base.ThreadSafe;
import org.stoker.base.Timers.Timer;
import org.stoker.coordinator.runtime.ReplyTo;
import org.stoker.coordinator.runtime.ShardLog;
import org.stoker.coordinator.runtime.ShardLog.LoadSink;
import org.stoker.protocol.ErrorCode;

/**
 * One partition of {@code __consumer_offsets} and the groups that belong to it, on a lane of its
 * own.
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
final class Shard {
  static final String SHARD_LANE = "the shard's lane";

  /** How long to wait before the log is read again after that failed; twice as long each time. */
  static final long LOAD_RETRY_MS = 1_000;

  /** And no longer than this: a disk may have been mended, or another copy taken. */
  static final long MAX_LOAD_RETRY_MS = 60_000;

  private static final int NO_EPOCH = -1;

  private static final Logger LOG = LoggerFactory.getLogger(Shard.class);

  private final ShardSurroundings around;

  @ConfinedTo(SHARD_LANE)
  private Phase phase = new Phase.Resigned(NO_EPOCH);

  @ConfinedTo(SHARD_LANE)
  private final Set<Waiter> waiters = new LinkedHashSet<>();

  private sealed interface Phase {
    /** Until an epoch that is later than this one begins. */
    record Resigned(int leaderEpoch) implements Phase {}

    record Loading(Loader loader) implements Phase {}

    /** Reading failed, or what is there does not fit; read again later. Compared by identity. */
    final class Waiting implements Phase {
      final int leaderEpoch;
      final long retryMs;

      Waiting(int leaderEpoch, long retryMs) {
        this.leaderEpoch = leaderEpoch;
        this.retryMs = retryMs;
      }
    }

    record Active(ShardLeadership leadership) implements Phase {}
  }

  Shard(ShardSurroundings around) {
    this.around = around;
  }

  // ---- leading ----

  void becomeLeader(int leaderEpoch) {
    around.lane().submit(() -> lead(leaderEpoch));
  }

  /** Does nothing if the shard is led in a later epoch already. */
  void resign(int leaderEpoch) {
    around.lane().submit(() -> stopLeading(leaderEpoch));
  }

  private void lead(int leaderEpoch) {
    switch (phase) {
      case Phase.Resigned(int resignedEpoch) -> {
        // To lead takes until the log is open, to resign takes no time: the news may change places.
        if (leaderEpoch > resignedEpoch) {
          load(leaderEpoch, LOAD_RETRY_MS);
        }
      }
      case Phase.Loading(Loader loader) -> {
        if (loader.leaderEpoch < leaderEpoch) {
          loader.cancel();
          load(leaderEpoch, LOAD_RETRY_MS);
        }
      }
      case Phase.Waiting waiting -> {
        if (waiting.leaderEpoch < leaderEpoch) {
          load(leaderEpoch, LOAD_RETRY_MS);
        }
      }
      case Phase.Active(ShardLeadership leadership) -> {
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
      case Phase.Resigned(int resignedEpoch) ->
          phase = new Phase.Resigned(Math.max(resignedEpoch, leaderEpoch));
      case Phase.Loading(Loader loader) -> {
        if (loader.leaderEpoch <= leaderEpoch) {
          loader.cancel();
          phase = new Phase.Resigned(leaderEpoch);
        }
      }
      case Phase.Waiting waiting -> {
        if (waiting.leaderEpoch <= leaderEpoch) {
          phase = new Phase.Resigned(leaderEpoch);
        }
      }
      case Phase.Active(ShardLeadership leadership) -> {
        if (leadership.leaderEpoch() <= leaderEpoch) {
          phase = new Phase.Resigned(leaderEpoch);
          leadership.end();
          LOG.info("{} is led by another broker now", around.name());
        }
      }
    }
  }

  private void load(int leaderEpoch, long retryMs) {
    var loader = new Loader(leaderEpoch, retryMs);
    phase = new Phase.Loading(loader);
    around.world().log().load(around.partition(), leaderEpoch, loader);
  }

  private void loaded(Loader loader, ErrorCode outcome) {
    if (loader.isCancelled) {
      loader.groups.close();
      return;
    }
    if (loader.isOverLimit) {
      LOG.error(
          "{} holds more groups and offsets than fit into the part of the heap that is for them:"
              + " its groups are not served here. Give the broker a larger heap (KAFKA_HEAP_OPTS),"
              + " or let another broker lead the partition; tried again in {} ms",
          around.name(),
          loader.retryMs);
      loadLater(loader);
      return;
    }
    if (outcome != ErrorCode.NONE) {
      LOG.warn(
          "{} could not be read: {}; tried again in {} ms", around.name(), outcome, loader.retryMs);
      loadLater(loader);
      return;
    }
    var leadership =
        new ShardLeadership(around, loader.groups, loader.leaderEpoch, this::loadAgain);
    phase = new Phase.Active(leadership);
    long recordCount = loader.replay.recordCount();
    // Most shards of a broker that starts are empty, and there are many.
    LOG.atLevel(recordCount == 0 ? Level.DEBUG : Level.INFO)
        .log(
            "{} is loaded in epoch {}: {} records, {} groups",
            around.name(),
            loader.leaderEpoch,
            recordCount,
            loader.groups.groupIds().size());
    leadership.begin();
    // Waiters may run anything, this shard's own commands too.
    List<Waiter> ready = List.copyOf(waiters);
    waiters.clear();
    ready.forEach(waiter -> waiter.end(ErrorCode.NONE));
  }

  private void loadLater(Loader failed) {
    // What was read must not wait in memory.
    failed.groups.close();
    var waiting = new Phase.Waiting(failed.leaderEpoch, failed.retryMs);
    phase = waiting;
    around.after(
        waiting.retryMs,
        () -> {
          if (phase == waiting) {
            load(waiting.leaderEpoch, Math.min(2 * waiting.retryMs, MAX_LOAD_RETRY_MS));
          }
        });
  }

  // ---- readiness ----

  /** Somebody who has to know when commands are taken here; compared by identity. */
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
    around
        .lane()
        .submit(() -> {
          var waiter = new Waiter(to);
          if (phase instanceof Phase.Active) {
            waiter.end(ErrorCode.NONE);
            return;
          }
          waiters.add(waiter);
          waiter.timeout =
              around.after(
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
  <R> void execute(
      ReplyTo<R> to, Function<ErrorCode, R> refused, ShardLeadership.Operation operation) {
    around
        .lane()
        .submit(() -> {
          switch (phase) {
            case Phase.Active(ShardLeadership leadership) -> {
              if (!leadership.execute(operation)) {
                to.reply(refused.apply(ErrorCode.UNKNOWN_SERVER_ERROR));
              }
            }
            case Phase.Loading _, Phase.Waiting _, Phase.Resigned _ ->
                to.reply(refused.apply(notActive()));
          }
        });
  }

  /** Does nothing if the shard is not led: then nobody waits for it. */
  void executeIfActive(ShardLeadership.Operation operation) {
    around
        .lane()
        .submit(() -> {
          if (phase instanceof Phase.Active(ShardLeadership leadership)) {
            leadership.execute(operation);
          }
        });
  }

  /** Reads what is stored. */
  <R> void read(ReplyTo<R> to, Function<ErrorCode, R> refused, Function<GroupShard, R> question) {
    around.lane().submit(() -> readNow(to, refused, question));
  }

  /** Reads when all that is on its way now has arrived, so that nothing changes it any more. */
  <R> void readStable(
      ReplyTo<R> to, Function<ErrorCode, R> refused, Function<GroupShard, R> question) {
    around
        .lane()
        .submit(() -> {
          if (phase instanceof Phase.Active(ShardLeadership leadership)) {
            leadership.afterAppendsSoFar(
                () -> readNow(to, refused, question),
                () -> to.reply(refused.apply(ErrorCode.NOT_COORDINATOR)));
          } else {
            to.reply(refused.apply(notActive()));
          }
        });
  }

  private <R> void readNow(
      ReplyTo<R> to, Function<ErrorCode, R> refused, Function<GroupShard, R> question) {
    if (phase instanceof Phase.Active(ShardLeadership leadership)) {
      to.reply(question.apply(leadership.groups()));
    } else {
      to.reply(refused.apply(notActive()));
    }
  }

  private ErrorCode notActive() {
    return phase instanceof Phase.Loading || phase instanceof Phase.Waiting
        ? ErrorCode.COORDINATOR_LOAD_IN_PROGRESS
        : ErrorCode.NOT_COORDINATOR;
  }

  /** After an exception what is in memory cannot be trusted, what is in the log can. */
  private void loadAgain(ShardLeadership broken) {
    if (!broken.isOver()) {
      load(broken.leaderEpoch(), LOAD_RETRY_MS);
      broken.end();
    }
  }

  /** Fills a new set of groups from the log, on the log's thread, and hands it to the lane. */
  private final class Loader implements LoadSink {
    private final int leaderEpoch;
    private final long retryMs;
    private final GroupShard groups =
        new GroupShard(
            around.config(), around.world().seed(), around.world().memory(), around::maxBatchBytes);
    private final LogReplay replay = new LogReplay(groups, around);
    private volatile boolean isCancelled;
    private volatile boolean isOverLimit;

    Loader(int leaderEpoch, long retryMs) {
      this.leaderEpoch = leaderEpoch;
      this.retryMs = retryMs;
    }

    void cancel() {
      isCancelled = true;
    }

    @Override
    public boolean isWanted() {
      return !isCancelled && !isOverLimit;
    }

    @Override
    public void batches(ByteBuffer batches) {
      replay.batches(batches);
      isOverLimit |= groups.isOverLimit();
    }

    @Override
    public void finished(ErrorCode outcome) {
      replay.end();
      around.lane().submit(() -> loaded(this, outcome));
    }
  }
}
