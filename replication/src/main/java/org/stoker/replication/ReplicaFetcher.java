package org.stoker.replication;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stoker.base.ConfinedTo;
import org.stoker.base.Lane;
import org.stoker.base.Timers;
import org.stoker.base.TopicIdPartition;
import org.stoker.base.Uuid;
import org.stoker.protocol.ErrorCode;
import org.stoker.protocol.message.ApiVersionsRequest;
import org.stoker.protocol.message.FetchRequest;
import org.stoker.protocol.message.FetchRequest.FetchPartition;
import org.stoker.protocol.message.FetchResponse;
import org.stoker.protocol.message.FetchResponse.FetchableTopicResponse;
import org.stoker.protocol.message.FetchResponse.PartitionData;
import org.stoker.records.BatchRun;
import org.stoker.records.BatchWalk;
import org.stoker.records.CorruptBatchException;
import org.stoker.records.MemoryRecordBytes;
import org.stoker.records.RecordBytes;

/**
 * Copies partitions that one other broker leads: asks for what comes next in all of them, has it
 * appended and flushed, and asks on from where the disk ends.
 *
 * <pre>
 * starting ──own end known──▶ ready ──asked──▶ busy ──all on disk──▶ ready
 *                               ▲               │ error
 *                               └──── resting ◀─┘
 * </pre>
 *
 * <p>A fetch may be kept waiting by the leader for long. What gets ready meanwhile is not in it,
 * nor is what consumers have begun to read here, so the leader is nudged: it answers a waiting
 * fetch when anything else comes behind it.
 */
public final class ReplicaFetcher implements AutoCloseable {
  static final String LANE = "a fetcher's lane";

  private static final Logger LOG = LoggerFactory.getLogger(ReplicaFetcher.class);
  private static final long NEVER_TOLD = -1;
  private static final long THROTTLE_LOOK_MS = 100;
  // Most often a leader does not know yet that it leads, or is about to be replaced.
  private static final long FIRST_REST_MS = 10;

  private final Setting setting;
  private final PeerLink leader;
  private final Lane lane;
  private final FollowerSession session = new FollowerSession();
  private final Map<TopicIdPartition, Followed> followed = new LinkedHashMap<>();
  // What the fetch under way is about; null while there is none.
  private @Nullable Map<TopicIdPartition, Followed> asked;
  private boolean isNudged;
  private boolean isAskingAgain;
  private boolean isClosed;

  /**
   * How fetchers fetch.
   *
   * @param self this broker
   * @param selfEpoch this broker's registration, as the cluster knows it now
   * @param maxWaitMs {@code replica.fetch.wait.max.ms}
   * @param minBytes {@code replica.fetch.min.bytes}
   * @param maxBytes {@code replica.fetch.response.max.bytes}
   * @param maxPartitionBytes {@code replica.fetch.max.bytes}
   * @param backoffMs {@code replica.fetch.backoff.ms}, the longest rest after an error
   */
  public record Setting(
      int self,
      LongSupplier selfEpoch,
      Timers timers,
      int maxWaitMs,
      int minBytes,
      int maxBytes,
      int maxPartitionBytes,
      long backoffMs) {}

  private enum State {
    STARTING,
    READY,
    BUSY,
    RESTING
  }

  private static final class Followed {
    private final Partition partition;
    private final int leaderEpoch;
    private State state = State.STARTING;
    private boolean isBehind = true;
    private long nextRestMs = FIRST_REST_MS;
    // Logged once, until an append succeeds.
    private boolean isWaitSaid;
    private long nextOffset = NEVER_TOLD;
    private int lastEpoch = -1;
    // Stands for the gaps in what the leader sent last; 0 for none.
    private long gaps;

    Followed(Partition partition, int leaderEpoch) {
      this.partition = partition;
      this.leaderEpoch = leaderEpoch;
    }
  }

  /** A fetcher that follows nothing yet. */
  public ReplicaFetcher(Setting setting, PeerLink leader, Lane lane) {
    this.setting = setting;
    this.leader = leader;
    this.lane = lane;
  }

  // ---- What is followed.

  /** Copies this partition from now on; it follows in that epoch already. */
  public void follow(Partition partition, int leaderEpoch) {
    lane.submit(() -> {
      var added = new Followed(partition, leaderEpoch);
      followed.put(keyOf(partition), added);
      partition.reads().whenCopyIsReadAgain(() -> lane.submit(() -> readersCame(added)));
      partition.whereToFetch(reply -> lane.submit(() -> moved(added, reply)));
    });
  }

  /** Leaves this partition alone, whatever is still under way for it. */
  public void forget(Uuid topicId, int partition) {
    lane.submit(() -> followed.remove(new TopicIdPartition(topicId, partition)));
  }

  @Override
  public void close() {
    lane.submit(() -> {
      isClosed = true;
      followed.clear();
      leader.close();
    });
  }

  private static TopicIdPartition keyOf(Partition partition) {
    return new TopicIdPartition(partition.topicId(), partition.topicPartition().partition());
  }

  @ConfinedTo(LANE)
  private boolean isCurrent(Followed one) {
    return !isClosed && followed.get(keyOf(one.partition)) == one;
  }

  // ---- Asking.

  @ConfinedTo(LANE)
  private void askIfAllAreBack() {
    if (isClosed) {
      return;
    }
    if (asked != null) {
      nudgeForNewcomers(asked);
      return;
    }
    Map<TopicIdPartition, FetchPartition> wanted = new LinkedHashMap<>();
    boolean isAnyHeldBack = false;
    for (Map.Entry<TopicIdPartition, Followed> entry : followed.entrySet()) {
      Followed one = entry.getValue();
      if (one.state == State.BUSY) {
        return;
      }
      if (one.state == State.READY && isHeldBack(one)) {
        isAnyHeldBack = true;
      } else if (one.state == State.READY) {
        wanted.put(entry.getKey(), position(one));
      }
    }
    if (isAnyHeldBack) {
      askAgainSoon();
    }
    if (wanted.isEmpty()) {
      return;
    }
    Map<TopicIdPartition, Followed> nowAsked = new LinkedHashMap<>();
    wanted.keySet().forEach(key -> nowAsked.put(key, followed.get(key)));
    asked = nowAsked;
    isNudged = false;
    leader.send(
        request(session.next(wanted)), reply -> lane.submit(() -> answered(nowAsked, reply)));
  }

  private void nudgeForNewcomers(Map<TopicIdPartition, Followed> underWay) {
    if (isNudged) {
      return;
    }
    for (Map.Entry<TopicIdPartition, Followed> entry : followed.entrySet()) {
      Followed one = entry.getValue();
      if (one.state == State.READY && underWay.get(entry.getKey()) != one) {
        if (!isHeldBack(one)) {
          nudge();
          return;
        }
        askAgainSoon();
      }
    }
  }

  /** The fetch under way may not ask for news of the high watermark; the next one does. */
  @ConfinedTo(LANE)
  private void readersCame(Followed one) {
    if (isCurrent(one) && asked != null && !isNudged) {
      nudge();
    }
  }

  private void nudge() {
    isNudged = true;
    // Any request does; this is the smallest.
    leader.send(new ApiVersionsRequest(), ReplicaFetcher::ignore);
  }

  private static void ignore(PeerLink.Reply reply) {
    if (reply instanceof PeerLink.Reply.Answer(var _, var release)) {
      release.run();
    }
  }

  /** Whether it has been copied as fast as it may be (KIP-73). */
  private static boolean isHeldBack(Followed one) {
    return one.isBehind
        && one.partition.isThrottledHere()
        && one.partition.followerThrottle().isExceeded();
  }

  private void askAgainSoon() {
    if (!isAskingAgain) {
      isAskingAgain = true;
      setting
          .timers()
          .after(
              THROTTLE_LOOK_MS,
              () ->
                  lane.submit(() -> {
                    isAskingAgain = false;
                    askIfAllAreBack();
                  }));
    }
  }

  private FetchPartition position(Followed one) {
    return new FetchPartition()
        .setPartition(one.partition.topicPartition().partition())
        .setCurrentLeaderEpoch(one.leaderEpoch)
        .setFetchOffset(one.nextOffset)
        .setLastFetchedEpoch(one.lastEpoch)
        .setLogStartOffset(one.partition.log().logStartOffset())
        .setPartitionMaxBytes(setting.maxPartitionBytes())
        .setHighWatermark(
            one.partition.reads().isCopyReadLately()
                ? one.partition.highWatermark()
                : FetchPosition.ANY_HIGH_WATERMARK);
  }

  private FetchRequest request(FollowerSession.Part part) {
    return new FetchRequest()
        .setReplicaState(
            new FetchRequest.ReplicaState()
                .setReplicaId(setting.self())
                .setReplicaEpoch(setting.selfEpoch().getAsLong()))
        .setMaxWaitMs(setting.maxWaitMs())
        .setMinBytes(setting.minBytes())
        .setMaxBytes(setting.maxBytes())
        .setSessionId(part.sessionId())
        .setSessionEpoch(part.sessionEpoch())
        .setTopics(part.topics())
        .setForgottenTopicsData(part.gone());
  }

  // ---- Answers.

  @ConfinedTo(LANE)
  private void answered(Map<TopicIdPartition, Followed> underWay, PeerLink.Reply reply) {
    asked = null;
    switch (reply) {
      case PeerLink.Reply.Lost(String reason) -> {
        LOG.debug("A fetch was lost: {}", reason);
        session.reset();
        restAll(underWay);
      }
      case PeerLink.Reply.Answer(var body, var release) -> {
        if (body instanceof FetchResponse response && session.accepts(response)) {
          take(underWay, response, release);
        } else {
          release.run();
          restAll(underWay);
        }
      }
    }
    askIfAllAreBack();
  }

  private void take(
      Map<TopicIdPartition, Followed> underWay, FetchResponse response, Runnable release) {
    // The bytes are given back when the last partition has taken what is its own.
    var users = new Users(release);
    for (FetchableTopicResponse topic : response.responses()) {
      for (PartitionData data : topic.partitions()) {
        Followed one = underWay.get(new TopicIdPartition(topic.topicId(), data.partitionIndex()));
        if (one != null && isCurrent(one)) {
          takeOrRest(one, data, users);
        }
      }
    }
    users.leave();
  }

  /** A partition that cannot be worked with holds up no other. */
  private void takeOrRest(Followed one, PartitionData data, Users users) {
    try {
      take(one, data, users);
    } catch (RuntimeException e) {
      LOG.error("What the leader sent of {} was not taken", one.partition.topicPartition(), e);
      rest(one);
    }
  }

  /** Counts who still reads a response; on the lane. */
  private static final class Users {
    private final Runnable release;
    private int count = 1;

    Users(Runnable release) {
      this.release = release;
    }

    void enter() {
      count++;
    }

    void leave() {
      count--;
      if (count == 0) {
        release.run();
      }
    }
  }

  private void take(Followed one, PartitionData data, Users users) {
    ErrorCode error = ErrorCode.forCode(data.errorCode());
    if (error == ErrorCode.NONE && data.divergingEpoch().epoch() >= 0) {
      one.state = State.BUSY;
      one.partition.cutAsFollower(
          one.leaderEpoch,
          data.divergingEpoch().epoch(),
          data.divergingEpoch().endOffset(),
          reply -> lane.submit(() -> moved(one, reply)));
    } else if (error == ErrorCode.NONE) {
      append(one, data, users);
    } else if (error == ErrorCode.OFFSET_OUT_OF_RANGE) {
      outOfRange(one, data);
    } else {
      LOG.debug("{}: the leader says {}", one.partition.topicPartition(), error);
      rest(one);
    }
  }

  private void append(Followed one, PartitionData data, Users users) {
    long gapsBefore = one.gaps;
    ByteBuffer batches = wholeBatches(one, data.records());
    if (batches == null && one.gaps == gapsBefore) {
      rest(one);
    }
    if (batches == null) {
      // If it is for a gap alone, it is asked for again at once.
      return;
    }
    one.state = State.BUSY;
    one.isBehind = one.nextOffset < data.highWatermark();
    if (one.isBehind && one.partition.isThrottledHere()) {
      one.partition.followerThrottle().count(batches.remaining());
    }
    users.enter();
    one.partition.appendAsFollower(
        batches,
        one.leaderEpoch,
        data.highWatermark(),
        data.logStartOffset(),
        reply ->
            lane.submit(() -> {
              users.leave();
              if (reply instanceof FollowerReply.OnDisk) {
                one.nextRestMs = FIRST_REST_MS;
                one.isWaitSaid = false;
              }
              moved(one, reply);
            }));
  }

  /** Null if what came is damaged: it is asked for again, a little later. */
  private static @Nullable ByteBuffer wholeBatches(Followed one, @Nullable RecordBytes records) {
    if (!(records instanceof MemoryRecordBytes bytes)) {
      return ByteBuffer.allocate(0);
    }
    ByteBuffer buffer = bytes.buffer();
    try {
      BatchRun run = BatchRun.check(buffer);
      ByteBuffer whole = buffer.slice(buffer.position(), run.sizeInBytes());
      if (arePlausible(one, whole)) {
        return whole;
      }
      LOG.warn(
          "{}: the offsets or leader epochs that the leader sent are doubtful; it is asked again",
          one.partition.topicPartition());
      return null;
    } catch (CorruptBatchException e) {
      LOG.warn(
          "{}: what the leader sent is damaged: {}", one.partition.topicPartition(), e.fault());
      return null;
    }
  }

  /**
   * No checksum covers a batch's offset and leader epoch: a bit of them that was flipped on the way
   * is seen only by what cannot be. Offsets may be missing where a log was compacted, so a gap is
   * believed when it is seen again.
   */
  private static boolean arePlausible(Followed one, ByteBuffer batches) {
    long nextOffset = one.nextOffset;
    int lastEpoch = one.lastEpoch;
    long gaps = 0;
    var walk = new BatchWalk(batches);
    while (walk.next()) {
      int epoch = walk.batch().partitionLeaderEpoch();
      if (epoch < lastEpoch || epoch > one.leaderEpoch) {
        return false;
      }
      long baseOffset = walk.batch().baseOffset();
      if (baseOffset > nextOffset) {
        gaps = 31 * gaps + baseOffset;
      }
      lastEpoch = epoch;
      nextOffset = walk.batch().nextOffset();
    }
    boolean wereSeenBefore = gaps == one.gaps;
    one.gaps = gaps;
    return gaps == 0 || wereSeenBefore;
  }

  private void outOfRange(Followed one, PartitionData data) {
    long leaderStart = data.logStartOffset();
    if (leaderStart > one.nextOffset) {
      one.state = State.BUSY;
      LOG.info(
          "{} begins at {} on its leader, and ended at {} here: it starts again there",
          one.partition.topicPartition(),
          leaderStart,
          one.nextOffset);
      one.partition.startAgainAsFollower(
          one.leaderEpoch, leaderStart, reply -> lane.submit(() -> moved(one, reply)));
    } else {
      rest(one);
    }
  }

  @ConfinedTo(LANE)
  private void moved(Followed one, FollowerReply reply) {
    if (!isCurrent(one)) {
      askIfAllAreBack();
      return;
    }
    switch (reply) {
      case FollowerReply.OnDisk(long nextOffset, int lastEpoch) ->
          ready(one, nextOffset, lastEpoch);
      case FollowerReply.OutOfPlace(long nextOffset, int lastEpoch, String problem) -> {
        LOG.warn("{}", problem);
        one.nextOffset = nextOffset;
        one.lastEpoch = lastEpoch;
        rest(one);
      }
      case FollowerReply.NoRoom(String reason) -> {
        if (!one.isWaitSaid) {
          one.isWaitSaid = true;
          LOG.warn("{} waits for room: {}", one.partition.topicPartition(), reason);
        }
        rest(one);
      }
      case FollowerReply.Failed(String reason) -> {
        LOG.debug("{} is tried again: {}", one.partition.topicPartition(), reason);
        rest(one);
      }
      case FollowerReply.Broken(String reason) -> {
        LOG.error("{} is not copied any more: {}", one.partition.topicPartition(), reason);
        followed.remove(keyOf(one.partition));
      }
      // Whoever changed its part tells this fetcher as well.
      case FollowerReply.Outdated _ -> followed.remove(keyOf(one.partition));
    }
    askIfAllAreBack();
  }

  private static void ready(Followed one, long nextOffset, int lastEpoch) {
    one.nextOffset = nextOffset;
    one.lastEpoch = lastEpoch;
    one.state = State.READY;
  }

  private void restAll(Map<TopicIdPartition, Followed> underWay) {
    List<Followed> resting = new ArrayList<>(underWay.values());
    resting.stream().filter(this::isCurrent).forEach(this::rest);
  }

  /** It is asked for again soon, and ever later while nothing changes. */
  private void rest(Followed one) {
    one.state = State.RESTING;
    long restMs = Math.min(one.nextRestMs, setting.backoffMs());
    one.nextRestMs = 2 * restMs;
    setting
        .timers()
        .after(
            restMs,
            () ->
                lane.submit(() -> {
                  if (isCurrent(one) && one.state == State.RESTING) {
                    one.partition.whereToFetch(reply -> lane.submit(() -> moved(one, reply)));
                  }
                }));
  }
}
