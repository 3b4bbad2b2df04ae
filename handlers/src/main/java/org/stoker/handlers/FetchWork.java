package org.stoker.handlers;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stoker.base.ConfinedTo;
import org.stoker.base.Timers;
import org.stoker.base.Uuid;
import org.stoker.network.RequestContext;
import org.stoker.protocol.ErrorCode;
import org.stoker.protocol.message.FetchRequest;
import org.stoker.protocol.message.FetchResponse;
import org.stoker.protocol.message.FetchResponse.FetchableTopicResponse;
import org.stoker.protocol.message.FetchResponse.PartitionData;
import org.stoker.records.FileRecordBytes;
import org.stoker.records.MemoryRecordBytes;
import org.stoker.replication.FetchPosition;
import org.stoker.replication.FetchReply;
import org.stoker.replication.FetchSession;
import org.stoker.replication.FetchWaiter;
import org.stoker.replication.Partition;
import org.stoker.replication.PartitionReads.ConsumerView;
import org.stoker.replication.PartitionReads.FollowerView;

/**
 * One fetch on its way: read; if there is too little, parked until a partition has more or its time
 * is up; read again, answered.
 *
 * <p>It runs on the connection's event loop, one step at a time; on workers if it names very many
 * partitions. What will probably have to wait for the disk is read on a reader thread, and what
 * turns out not to be in the page cache is warmed on one; meanwhile nothing else happens to it.
 */
@ConfinedTo("its executor")
final class FetchWork implements FetchWaiter {
  private static final Logger LOG = LoggerFactory.getLogger(FetchWork.class);

  // A client that asks for more gets an empty answer a little earlier, and asks again.
  private static final int LONGEST_WAIT_MS = 300_000;
  private static final byte READ_COMMITTED = 1;
  // Older consumers do not know that followers may serve them.
  private static final int FIRST_VERSION_WITH_RACKS = 11;

  private final RequestContext context;
  private final FetchRequest body;
  private final List<FetchPosition> positions;
  private final @Nullable FetchSession session;
  private final boolean isFull;
  private final Executor own;
  private final Setting setting;
  private final List<Partition> parkedAt = new ArrayList<>();
  private final AtomicBoolean isWakeUpOnItsWay = new AtomicBoolean();
  private Timers.@Nullable Timer timeout;
  private boolean isTimeUp;
  private boolean hasLooked;
  private boolean isReading;
  private boolean mustLookAgain;
  private boolean isAnswered;

  /** What all fetches share. */
  record Setting(
      PartitionLookup lookup,
      ReadReplicas readReplicas,
      Executor readers,
      Timers timers,
      int mostBytes) {}

  /** What one look at all partitions brought. */
  private record Look(List<FetchReply> replies, long sizeBytes, boolean isUrgent) {}

  /** Each step is a task of the executor, which runs one at a time. */
  FetchWork(
      RequestContext context,
      FetchRequest body,
      List<FetchPosition> positions,
      @Nullable FetchSession session,
      boolean isFull,
      Executor own,
      Setting setting) {
    this.context = context;
    this.body = body;
    this.positions = positions;
    this.session = session;
    this.isFull = isFull;
    this.own = own;
    this.setting = setting;
  }

  /** Made of what it is about, so that the order in which fetches are woken can be repeated. */
  @Override
  public int hashCode() {
    return 31 * context.connectionId().hashCode() + context.correlationId();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return this == other;
  }

  void start() {
    isTimeUp = body.maxWaitMs() <= 0 || positions.isEmpty();
    look();
  }

  /** Starts as a task of the executor. */
  void startInTurn() {
    step(this::start);
  }

  private void look() {
    if (isReading) {
      // The reader may have passed what has changed now.
      mustLookAgain = true;
      return;
    }
    if (isAnswered) {
      return;
    }
    if (isAnyCold()) {
      isReading = true;
      setting.readers().execute(() -> onAReaderThread(null));
      return;
    }
    Look look = read();
    if (isDue(look) && look.replies().stream().anyMatch(FetchWork::mustBeWarmed)) {
      isReading = true;
      setting.readers().execute(() -> onAReaderThread(look));
    } else {
      decide(look);
    }
  }

  private boolean isAnyCold() {
    boolean committedOnly = body.isolationLevel() == READ_COMMITTED;
    for (FetchPosition position : positions) {
      Partition partition = find(position);
      if (partition != null && partition.reads().isCold(position.fetchOffset(), committedOnly)) {
        return true;
      }
    }
    return false;
  }

  private void onAReaderThread(@Nullable Look before) {
    Look look = before;
    try {
      if (look == null) {
        look = read();
      }
      look.replies().stream().filter(FetchWork::mustBeWarmed).forEach(FetchWork::warm);
    } catch (RuntimeException e) {
      LOG.error("A fetch failed", e);
      if (look != null) {
        look.replies().forEach(FetchWork::release);
      }
      own.execute(this::fail);
      return;
    }
    Look found = look;
    step(() -> {
      isReading = false;
      hasRead(found);
    });
  }

  private void hasRead(Look look) {
    if (isAnswered) {
      // Given up meanwhile.
      look.replies().forEach(FetchWork::release);
      return;
    }
    boolean isOutdated = mustLookAgain;
    mustLookAgain = false;
    decide(look);
    if (isOutdated) {
      look();
    }
  }

  /** Runs a part of the work in its turn; nobody else looks after what is thrown there. */
  private void step(Runnable part) {
    own.execute(() -> {
      try {
        part.run();
      } catch (RuntimeException e) {
        LOG.error("{} failed", context, e);
        fail();
      }
    });
  }

  private void fail() {
    if (!isAnswered) {
      isAnswered = true;
      leave();
      context.closeConnection("the broker failed; its log says more");
    }
  }

  /** The client is gone: it would hold its place among those that wait for nothing. */
  private void giveUp() {
    if (!isAnswered) {
      isAnswered = true;
      leave();
      context.respondNothing();
    }
  }

  private void decide(Look look) {
    if (isDue(look)) {
      answer(look);
      return;
    }
    look.replies().forEach(FetchWork::release);
    if (timeout == null) {
      park();
    }
  }

  private boolean isDue(Look look) {
    return isTimeUp || look.isUrgent() || look.sizeBytes() >= body.minBytes();
  }

  // ---- Waiting.

  private void park() {
    timeout =
        setting
            .timers()
            .after(Math.min(body.maxWaitMs(), LONGEST_WAIT_MS), () -> step(this::timeIsUp));
    context.whenGone(() -> step(this::giveUp));
    if (isFollower()) {
      // What a broker says behind its own fetch means that it has more to ask for.
      awaitNextRequest();
    }
    for (FetchPosition position : positions) {
      Partition partition = find(position);
      if (partition != null) {
        parkAt(partition, position);
        parkedAt.add(partition);
      }
    }
    // Once more, now that nothing can come unnoticed.
    look();
  }

  private void awaitNextRequest() {
    Executor eventLoop = context.eventLoop();
    if (own.equals(eventLoop)) {
      context.whenNextArrives(this::timeIsUp);
    } else {
      eventLoop.execute(() -> context.whenNextArrives(() -> step(this::timeIsUp)));
    }
  }

  private void timeIsUp() {
    isTimeUp = true;
    look();
  }

  @Override
  public void wake() {
    if (isWakeUpOnItsWay.compareAndSet(false, true)) {
      step(() -> {
        isWakeUpOnItsWay.set(false);
        look();
      });
    }
  }

  private void leave() {
    for (Partition partition : parkedAt) {
      partition.followers().remove(this);
      partition.consumers().remove(this);
    }
    parkedAt.clear();
    if (timeout != null) {
      timeout.cancel();
    }
    if (session != null) {
      session.release();
    }
  }

  // ---- Reading.

  private @Nullable Partition find(FetchPosition position) {
    return setting.lookup().find(position.topicId(), position.topic(), position.partition());
  }

  private Look read() {
    List<FetchReply> replies = new ArrayList<>(positions.size());
    long budget = Math.min(body.maxBytes(), setting.mostBytes());
    long sizeBytes = 0;
    boolean isUrgent = false;
    for (FetchPosition position : positions) {
      long left = Math.max(0, budget - sizeBytes);
      FetchReply reply = read(position, (int) Math.min(left, position.maxBytes()), sizeBytes == 0);
      replies.add(reply);
      if (reply instanceof FetchReply.Fetched fetched) {
        sizeBytes += fetched.records().sizeInBytes();
        isUrgent |= fetched.highWatermark() > position.knownHighWatermark();
      } else {
        isUrgent = true;
      }
    }
    hasLooked = true;
    return new Look(replies, sizeBytes, isUrgent);
  }

  private FetchReply read(FetchPosition position, int maxBytes, boolean minOneBatch) {
    Partition partition = find(position);
    if (partition == null) {
      ErrorCode error =
          setting.lookup().errorOf(position.topicId(), position.topic(), position.partition());
      return new FetchReply.Refused(error, -1, -1, -1);
    }
    return isFollower()
        ? partition
            .reads()
            .fetchAsFollower(
                position,
                new FollowerView(follower(), body.replicaState().replicaEpoch(), !hasLooked),
                maxBytes,
                minOneBatch)
        : readAsConsumer(partition, position, maxBytes, minOneBatch);
  }

  private FetchReply readAsConsumer(
      Partition partition, FetchPosition position, int maxBytes, boolean minOneBatch) {
    int closer =
        setting
            .readReplicas()
            .closerThanLeader(partition.role(), body.rackId(), position.partition());
    return closer == ReadReplicas.LEADER
        ? partition
            .reads()
            .fetch(
                position,
                maxBytes,
                minOneBatch,
                new ConsumerView(
                    body.isolationLevel() == READ_COMMITTED,
                    context.version() >= FIRST_VERSION_WITH_RACKS))
        : partition.reads().elsewhere(closer);
  }

  private void parkAt(Partition partition, FetchPosition position) {
    if (isFollower()) {
      partition.followers().add(this);
    }
    if (!isFollower() || position.wantsHighWatermark()) {
      partition.consumers().add(this);
    }
  }

  private boolean isFollower() {
    return follower() >= 0;
  }

  /** A broker's id; below 0 for a consumer. */
  private int follower() {
    return Math.max(body.replicaId(), body.replicaState().replicaId());
  }

  /** Whether sending it would wait for the disk. */
  private static boolean mustBeWarmed(FetchReply reply) {
    return reply instanceof FetchReply.Fetched fetched
        && fetched.records() instanceof FileRecordBytes file
        && !file.isCached();
  }

  /** Reads what will be sent once, so that sending it does not wait for the disk. */
  private static void warm(FetchReply reply) {
    if (reply instanceof FetchReply.Fetched fetched
        && fetched.records() instanceof FileRecordBytes file) {
      file.warm();
    }
  }

  private static void release(FetchReply reply) {
    if (reply instanceof FetchReply.Fetched fetched
        && fetched.records() instanceof FileRecordBytes file) {
      file.release();
    }
  }

  // ---- Answering.

  private void answer(Look look) {
    isAnswered = true;
    FetchResponse response = new FetchResponse();
    if (session != null) {
      response.setSessionId(session.id());
    }
    List<FetchableTopicResponse> topics = new ArrayList<>();
    for (int i = 0; i < positions.size(); i++) {
      FetchPosition position = positions.get(i);
      FetchReply reply = look.replies().get(i);
      if (mustTell(position, reply)) {
        topicResponse(topics, position).partitions().add(partitionData(position, reply));
      } else {
        release(reply);
      }
    }
    leave();
    context.respond(response.setResponses(topics));
  }

  private boolean mustTell(FetchPosition position, FetchReply reply) {
    if (session == null) {
      return true;
    }
    FetchSession.FetchNews news =
        switch (reply) {
          case FetchReply.Fetched fetched ->
              new FetchSession.FetchNews(
                  fetched.records().sizeInBytes() > 0,
                  false,
                  fetched.highWatermark(),
                  fetched.logStartOffset());
          case FetchReply.Diverging diverging ->
              new FetchSession.FetchNews(
                  true, false, diverging.highWatermark(), diverging.logStartOffset());
          case FetchReply.Elsewhere elsewhere ->
              new FetchSession.FetchNews(
                  true, false, elsewhere.highWatermark(), elsewhere.logStartOffset());
          case FetchReply.Refused refused ->
              new FetchSession.FetchNews(
                  true, true, refused.highWatermark(), refused.logStartOffset());
        };
    // A full answer names everything, but the session must know what was told.
    return session.mustTell(position.key(), news) || isFull;
  }

  private static FetchableTopicResponse topicResponse(
      List<FetchableTopicResponse> topics, FetchPosition position) {
    FetchableTopicResponse last = topics.isEmpty() ? null : topics.getLast();
    boolean isSame =
        last != null
            && last.topicId().equals(position.topicId())
            && (!position.topicId().equals(Uuid.ZERO) || last.topic().equals(position.topic()));
    if (last != null && isSame) {
      return last;
    }
    FetchableTopicResponse made =
        new FetchableTopicResponse()
            .setTopic(position.topic())
            .setTopicId(position.topicId())
            .setPartitions(new ArrayList<>());
    topics.add(made);
    return made;
  }

  private PartitionData partitionData(FetchPosition position, FetchReply reply) {
    PartitionData data = new PartitionData().setPartitionIndex(position.partition());
    return switch (reply) {
      case FetchReply.Fetched fetched -> fetched(data, fetched);
      case FetchReply.Diverging diverging ->
          data.setHighWatermark(diverging.highWatermark())
              .setLastStableOffset(diverging.lastStableOffset())
              .setLogStartOffset(diverging.logStartOffset())
              .setRecords(MemoryRecordBytes.EMPTY)
              .setDivergingEpoch(
                  new FetchResponse.EpochEndOffset()
                      .setEpoch(diverging.epoch())
                      .setEndOffset(diverging.endOffset()));
      case FetchReply.Elsewhere elsewhere ->
          data.setHighWatermark(elsewhere.highWatermark())
              .setLastStableOffset(elsewhere.lastStableOffset())
              .setLogStartOffset(elsewhere.logStartOffset())
              .setRecords(MemoryRecordBytes.EMPTY)
              .setPreferredReadReplica(elsewhere.brokerId());
      case FetchReply.Refused refused ->
          data.setErrorCode(refused.error().code())
              .setHighWatermark(refused.highWatermark())
              .setLastStableOffset(refused.lastStableOffset())
              .setLogStartOffset(refused.logStartOffset())
              .setRecords(MemoryRecordBytes.EMPTY);
    };
  }

  private PartitionData fetched(PartitionData data, FetchReply.Fetched fetched) {
    data.setHighWatermark(fetched.highWatermark())
        .setLastStableOffset(fetched.lastStableOffset())
        .setLogStartOffset(fetched.logStartOffset())
        .setRecords(fetched.records());
    if (body.isolationLevel() == READ_COMMITTED) {
      data.setAbortedTransactions(
          fetched.aborted().stream()
              .map(aborted ->
                  new FetchResponse.AbortedTransaction()
                      .setProducerId(aborted.producerId())
                      .setFirstOffset(aborted.firstOffset()))
              .toList());
    }
    return data;
  }
}
