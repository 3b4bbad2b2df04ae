package org.stoker.replication;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stoker.base.Clock;
import org.stoker.base.ConfinedTo;
import org.stoker.base.Lane;
import org.stoker.base.TopicPartition;
import org.stoker.base.Uuid;
import org.stoker.log.ActiveProducer;
import org.stoker.log.AppendOrigin;
import org.stoker.log.AppendOutcome;
import org.stoker.log.Log;
import org.stoker.protocol.ErrorCode;

/**
 * One partition on this broker: what it may do here, and up to where its records are committed.
 *
 * <p>Appends run on the partition's lane. The high watermark is the smallest offset that every
 * in-sync replica has on disk, this one included; acks=all is answered when it has passed the
 * batch, and consumers read below it. Readers take no lane.
 */
public final class Partition {
  private static final Logger LOG = LoggerFactory.getLogger(Partition.class);

  private final Uuid topicId;
  private final Log log;
  private final Lane lane;
  private final Executor appends;
  private final Clock clock;
  private final WriteGate gate;

  private final Cluster cluster;
  private final FollowerCopy copy;
  private final PartitionReads reads;

  private final ParkedFetches consumers = new ParkedFetches();
  private final ParkedFetches followers = new ParkedFetches();
  // Changed on the lane, read by any thread.
  private volatile PartitionView view;

  // On the lane.
  private final ParkedProduces parkedProduces = new ParkedProduces();
  private final ArrayDeque<AppendCommand> waitingForTheDisk = new ArrayDeque<>();
  private final RecordDeletions deletions;
  private @Nullable InSyncReplicas inSync;
  private long leadersHighWatermark;

  /**
   * What a partition needs beside its log.
   *
   * @param appends runs what an append waits for: files that are opened and rolled
   */
  public record Setting(Executor appends, Clock clock, WriteGate gate, Cluster cluster) {}

  /** What a partition knows of the brokers, and whom it asks. */
  public interface Cluster {
    /** This broker. */
    int self();

    /** This broker's registration. */
    long selfEpoch();

    /** Whether a follower's broker lives, in this registration of it. */
    boolean mayBeInSync(int broker, long brokerEpoch);

    /** {@code replica.lag.time.max.ms}, in nanoseconds. */
    long mostLagNs();

    /** What limits the copying of throttled replicas that this broker leads. */
    ReplicationThrottle leaderThrottle();

    /** The same where it follows. */
    ReplicationThrottle followerThrottle();

    /** Takes proposals to the controller. */
    IsrProposal.Port controller();
  }

  /**
   * Takes charge of a log that was opened.
   *
   * @param highWatermark the one that was checkpointed last; the flushed end of a sole replica
   *     passes it at once
   */
  public Partition(Uuid topicId, Log log, long highWatermark, TopicRules rules, Setting setting) {
    this.topicId = topicId;
    this.log = log;
    this.lane = log.lane();
    this.appends = setting.appends();
    this.clock = setting.clock();
    this.gate = setting.gate();
    this.cluster = setting.cluster();
    this.reads = new PartitionReads(log, () -> view, new Followers(), clock);
    this.deletions = new RecordDeletions(log);
    this.copy = new FollowerCopy(log, appends, clock, gate, this::followsIn);
    this.view =
        new PartitionView(
            new ReplicaRole.Offline("not assigned yet"),
            Math.clamp(highWatermark, log.logStartOffset(), log.logEndOffset()),
            0,
            rules);
    log.setFlushListener((flushed, offset) -> lane.submit(this::afterFlush));
  }

  public TopicPartition topicPartition() {
    return log.topicPartition();
  }

  public Uuid topicId() {
    return topicId;
  }

  public Log log() {
    return log;
  }

  /** For those who read. */
  public PartitionReads reads() {
    return reads;
  }

  /** What the partition is at this moment. */
  public PartitionView view() {
    return view;
  }

  public ReplicaRole role() {
    return view.role();
  }

  public long highWatermark() {
    return view.highWatermark();
  }

  /** What the topic asks for at this moment. */
  public TopicRules rules() {
    return view.rules();
  }

  /** Takes over what the topic asks for from now on. */
  public void reconfigure(TopicRules newRules) {
    log.reconfigure(newRules.log());
    lane.submit(() -> view = view.withRules(newRules));
  }

  /** Begins to lead, or goes on leading with another in-sync set. */
  public void lead(PartitionState state) {
    lane.submit(() -> {
      InSyncReplicas sameEpoch = inSync;
      if (sameEpoch != null && sameEpoch.committed().leaderEpoch() == state.leaderEpoch()) {
        sameEpoch.holds(state, clock.monotonicNs());
        publishIsr(sameEpoch);
      } else {
        copy.giveUp();
        log.beginLeaderEpoch(state.leaderEpoch());
        long startOffset = log.logEndOffset();
        view = view.withEpochStartOffset(startOffset);
        var account =
            new InSyncReplicas(
                cluster.self(), cluster::selfEpoch, state, startOffset, clock.monotonicNs());
        inSync = account;
        log.updateHighWatermark(view.highWatermark());
        publishIsr(account);
      }
      advance();
    });
  }

  private void publishIsr(InSyncReplicas account) {
    view = view.withRole(new ReplicaRole.Leader(account.committed().leaderEpoch(), account.isr()));
  }

  /** Begins to copy what another broker leads; those who wait for this one look elsewhere. */
  public void follow(PartitionState state) {
    lane.submit(() -> {
      if (role() instanceof ReplicaRole.Follower(int _, int epoch)
          && epoch >= state.leaderEpoch()) {
        return;
      }
      view = view.withRole(new ReplicaRole.Follower(state.leader(), state.leaderEpoch()));
      leadersHighWatermark = 0;
      stopLeading(
          ErrorCode.NOT_LEADER_OR_FOLLOWER,
          "broker " + state.leader() + " leads " + topicPartition());
    });
  }

  /** Stops serving; those who wait are told to look elsewhere. */
  public void resign(String reason) {
    lane.submit(() -> {
      view = view.withRole(new ReplicaRole.Offline(reason));
      stopLeading(ErrorCode.NOT_LEADER_OR_FOLLOWER, reason);
    });
  }

  private void stopLeading(ErrorCode error, String reason) {
    inSync = null;
    copy.giveUp();
    parkedProduces.refuseAll(error, reason);
    deletions.refuseAll(error);
    refuseThoseThatWaitForTheDisk(error, reason);
    consumers.wake();
    followers.wake();
  }

  /** The disk below failed: what was not acknowledged yet never will be. */
  public void failStorage(String reason) {
    lane.submit(() -> {
      copy.giveUp();
      parkedProduces.refuseAll(ErrorCode.KAFKA_STORAGE_ERROR, reason);
      deletions.refuseAll(ErrorCode.KAFKA_STORAGE_ERROR);
      refuseThoseThatWaitForTheDisk(ErrorCode.KAFKA_STORAGE_ERROR, reason);
      consumers.wake();
      followers.wake();
    });
  }

  // ---- Appending.

  /** Appends after all commands that came before it. */
  public void append(AppendCommand command) {
    lane.submit(() -> appendOnLane(command));
  }

  @ConfinedTo(ConfinedTo.PARTITION_LANE)
  private void appendOnLane(AppendCommand command) {
    if (!waitingForTheDisk.isEmpty() || mustWaitForTheDisk()) {
      waitingForTheDisk.add(command);
      return;
    }
    appendNow(command);
  }

  /**
   * Whether the disk lags behind, and a sync of this partition is under way that ends the wait. A
   * partition with nothing to sync goes over the bound by one batch.
   */
  private boolean mustWaitForTheDisk() {
    return !gate.mayAppend()
        && log.config().flush().acksAreFlushed()
        && log.flushedOffset() < log.logEndOffset();
  }

  private void appendNow(AppendCommand command) {
    if (!(role() instanceof ReplicaRole.Leader leader)) {
      refuse(command, ErrorCode.NOT_LEADER_OR_FOLLOWER, topicPartition() + " is not led here");
      return;
    }
    if (!command.mayBeAppendedIn(leader.leaderEpoch())) {
      refuse(
          command,
          ErrorCode.NOT_LEADER_OR_FOLLOWER,
          "%s is led in epoch %d, and epoch %d was expected"
              .formatted(topicPartition(), leader.leaderEpoch(), command.expectedLeaderEpoch()));
      return;
    }
    InSyncReplicas account = inSync;
    int minInSync = rules().minInsyncReplicas();
    if (command.waitsForAll() && account != null && account.hasTooFew(minInSync)) {
      refuse(command, ErrorCode.NOT_ENOUGH_REPLICAS, account.tooFew(minInSync, topicPartition()));
      return;
    }
    // The reserve is there for everybody but clients: offsets are committed while producing is not.
    if (command.origin() == AppendOrigin.CLIENT && !gate.acceptsWrites()) {
      refuse(
          command, ErrorCode.KAFKA_STORAGE_ERROR, "the disk of " + topicPartition() + " is full");
      return;
    }
    ByteBuffer batches = command.batches();
    long nowMs = clock.wallMs();
    AppendOutcome outcome;
    try {
      if (log.mustPrepare(batches, leader.leaderEpoch(), command.origin(), nowMs)) {
        lane.continueOn(appends, () -> prepareAndAppend(command, leader, nowMs));
        return;
      }
      outcome = log.append(batches, leader.leaderEpoch(), command.origin(), nowMs);
    } catch (RuntimeException e) {
      refuse(command, AppendRefusals.replyTo(e, topicPartition()));
      return;
    }
    finish(command, outcome);
  }

  private void prepareAndAppend(AppendCommand command, ReplicaRole.Leader leader, long nowMs) {
    AppendOutcome outcome;
    try {
      outcome =
          log.prepareAndAppend(command.batches(), leader.leaderEpoch(), command.origin(), nowMs);
    } catch (RuntimeException e) {
      refuse(command, AppendRefusals.replyTo(e, topicPartition()));
      return;
    }
    finish(command, outcome);
  }

  private void finish(AppendCommand command, AppendOutcome outcome) {
    switch (outcome) {
      case AppendOutcome.Appended(var base, var last, var timeMs, var logStart) ->
          accept(command, new AppendReply.Accepted(base, last, timeMs, logStart));
      // It may not be on disk yet: it waits as its original does.
      case AppendOutcome.Duplicate(var base, var last, var timeMs, var logStart) ->
          accept(command, new AppendReply.Accepted(base, last, timeMs, logStart));
      case AppendOutcome.Refusal refusal ->
          refuse(command, AppendRefusals.replyTo(refusal, topicPartition()));
    }
  }

  private void accept(AppendCommand command, AppendReply.Accepted reply) {
    Callbacks.run(command.onTaken());
    if (command.waitsForAll()) {
      parkedProduces.park(reply, command.onReply());
    } else {
      Callbacks.answer(command.onReply(), reply);
    }
    followers.wake();
    advance();
  }

  /** Answers as an append of what the log has now would be: when all of it is committed. */
  public void whenCommitted(Consumer<AppendReply> onReply) {
    lane.submit(() -> {
      if (role() instanceof ReplicaRole.Leader) {
        parkedProduces.park(new AppendReply.Accepted(0, log.logEndOffset() - 1, -1, 0), onReply);
        parkedProduces.release(highWatermark());
      } else {
        onReply.accept(new AppendReply.Refused(ErrorCode.NOT_LEADER_OR_FOLLOWER, "no leader"));
      }
    });
  }

  private static void refuse(AppendCommand command, ErrorCode error, String message) {
    refuse(command, new AppendReply.Refused(error, message));
  }

  private static void refuse(AppendCommand command, AppendReply.Refused reply) {
    Callbacks.run(command.onTaken());
    Callbacks.answer(command.onReply(), reply);
  }

  private void refuseThoseThatWaitForTheDisk(ErrorCode error, String reason) {
    while (!waitingForTheDisk.isEmpty()) {
      refuse(waitingForTheDisk.removeFirst(), error, reason);
    }
  }

  // ---- The high watermark.

  private void afterFlush() {
    copy.afterFlush();
    if (role() instanceof ReplicaRole.Follower) {
      followHighWatermark();
    }
    advance();
    // One at a time: the next may have to continue elsewhere, and asks for a sync of its own, for
    // which those behind it wait while the disk lags.
    AppendCommand next = mustWaitForTheDisk() ? null : waitingForTheDisk.pollFirst();
    if (next != null) {
      appendNow(next);
      if (!waitingForTheDisk.isEmpty()) {
        lane.submit(this::afterFlush);
      }
    }
  }

  private void advance() {
    InSyncReplicas account = inSync;
    if (account == null || account.hasTooFew(rules().minInsyncReplicas())) {
      return;
    }
    long committed = account.highWatermark(ownEndOnDisk(), highWatermark());
    if (committed > highWatermark()) {
      view = view.withHighWatermark(committed);
      log.updateHighWatermark(committed);
      parkedProduces.release(committed);
      consumers.wake();
    } else {
      // A duplicate of what was committed long ago does not wait for anything.
      parkedProduces.release(highWatermark());
    }
  }

  private long ownEndOnDisk() {
    return log.config().flush().acksAreFlushed() ? log.flushedOffset() : log.logEndOffset();
  }

  // ---- Throttles.

  /** Whether this replica is copied no faster than the throttle says until it has caught up. */
  boolean isThrottledHere() {
    return rules().throttledFollowers().contains(topicPartition().partition(), cluster.self());
  }

  ReplicationThrottle followerThrottle() {
    return cluster.followerThrottle();
  }

  /** What reads have to do with the followers of a partition that this broker leads. */
  private final class Followers implements PartitionReads.Followers {
    @Override
    public boolean isThrottled(int follower, PartitionView now) {
      return now.role() instanceof ReplicaRole.Leader(int _, List<Integer> isr)
          && !isr.contains(follower)
          && now.rules().throttledLeaders().contains(topicPartition().partition(), follower);
    }

    @Override
    public ReplicationThrottle throttle() {
      return cluster.leaderThrottle();
    }

    @Override
    public void fetched(FetchPosition position, int follower, long brokerEpoch) {
      followerFetched(position, follower, brokerEpoch);
    }
  }

  // ---- Leading: who is in sync.

  /** A follower was served, and so has everything on its disk that comes before. */
  void followerFetched(FetchPosition position, int follower, long brokerEpoch) {
    lane.submit(() -> fetchedOnLane(position, follower, brokerEpoch));
  }

  private void fetchedOnLane(FetchPosition position, int follower, long brokerEpoch) {
    InSyncReplicas account = inSync;
    if (account == null || account.committed().leaderEpoch() != position.currentLeaderEpoch()) {
      return;
    }
    account.asked(
        follower,
        brokerEpoch,
        position.fetchOffset(),
        position.logStartOffset(),
        log.logEndOffset(),
        clock.monotonicNs());
    propose(
        account.growth(
            follower,
            topicId,
            topicPartition().partition(),
            highWatermark(),
            cluster.mayBeInSync(follower, brokerEpoch)));
    advance();
    releaseDeletions();
  }

  /** Looks whether a follower has lagged behind for too long; to be called now and then. */
  public void checkLag() {
    lane.submit(() -> {
      InSyncReplicas account = inSync;
      if (account != null) {
        propose(
            account.shrinkage(
                topicId,
                topicPartition().partition(),
                log.logEndOffset(),
                clock.monotonicNs(),
                cluster.mostLagNs()));
        // Nobody waits for a replica whose broker has gone.
        releaseDeletions();
      }
    });
  }

  private void propose(@Nullable IsrProposal proposal) {
    if (proposal != null) {
      LOG.debug(
          "{}: proposing in-sync set {} instead of partition epoch {}'s",
          topicPartition(),
          proposal.isr(),
          proposal.partitionEpoch());
      cluster.controller().propose(proposal, reply -> lane.submit(() -> answered(proposal, reply)));
    }
  }

  private void answered(IsrProposal proposal, IsrProposal.Reply reply) {
    InSyncReplicas account = inSync;
    if (account != null) {
      account.answered(proposal, reply, clock.monotonicNs());
      if (reply instanceof IsrProposal.Reply.Accepted(int _, int _, List<Integer> isr)) {
        LOG.info("{}: in sync are {}", topicPartition(), isr);
      }
      publishIsr(account);
      advance();
    }
  }

  // ---- Following.

  private boolean followsIn(int leaderEpoch) {
    return role() instanceof ReplicaRole.Follower(int _, int epoch) && epoch == leaderEpoch;
  }

  /** From where this replica asks its leader. */
  public void whereToFetch(Consumer<FollowerReply> onReply) {
    lane.submit(() -> onReply.accept(copy.onDisk()));
  }

  /**
   * Takes over what the leader sent.
   *
   * @param batches whole batches that were checked; they stay untouched by others until the reply
   */
  public void appendAsFollower(
      ByteBuffer batches,
      int leaderEpoch,
      long highWatermarkOfLeader,
      long logStartOfLeader,
      Consumer<FollowerReply> onReply) {
    lane.submit(() -> {
      if (followsIn(leaderEpoch)) {
        leadersHighWatermark = highWatermarkOfLeader;
      }
      if (batches.hasRemaining()) {
        copy.append(batches, leaderEpoch, onReply);
      } else {
        followHighWatermark();
        onReply.accept(copy.onDisk());
      }
      if (logStartOfLeader > log.logStartOffset()) {
        lane.submit(() -> copy.dropBelow(leaderEpoch, logStartOfLeader));
      }
    });
  }

  /** A follower's own copy ends at its disk, and so does what it knows to be committed. */
  private void followHighWatermark() {
    long known = Math.min(leadersHighWatermark, ownEndOnDisk());
    if (known > highWatermark()) {
      view = view.withHighWatermark(known);
      log.updateHighWatermark(known);
      consumers.wake();
    }
  }

  /** Goes back to where its log and the leader's part. */
  public void cutAsFollower(
      int leaderEpoch, int divergingEpoch, long endOffset, Consumer<FollowerReply> onReply) {
    lane.submit(() -> copy.cut(leaderEpoch, divergingEpoch, endOffset, cutBackWith(onReply)));
  }

  /** Drops everything, to go on where the leader's log begins. */
  public void startAgainAsFollower(int leaderEpoch, long offset, Consumer<FollowerReply> onReply) {
    lane.submit(() -> copy.startAgainAt(leaderEpoch, offset, cutBackWith(onReply)));
  }

  private Consumer<FollowerReply> cutBackWith(Consumer<FollowerReply> onReply) {
    return reply -> {
      view =
          view.withHighWatermark(
              Math.clamp(highWatermark(), log.logStartOffset(), log.logEndOffset()));
      onReply.accept(reply);
    };
  }

  /** Runs when all that was asked of this partition before has been done, or taken in hand. */
  public void afterEarlierTasks(Runnable task) {
    lane.submit(task);
  }

  // ---- Reading, by any thread.

  /** Whoever waits for what is not committed yet. */
  public ParkedFetches consumers() {
    return consumers;
  }

  /** Followers who wait for what is not appended yet. */
  public ParkedFetches followers() {
    return followers;
  }

  /** What is known of the producers; empty-handed if this broker does not lead. */
  public void describeProducers(IntPredicate mayTell, Consumer<ProducersReply> onReply) {
    lane.submit(() -> onReply.accept(describeProducersOnLane(mayTell)));
  }

  private ProducersReply describeProducersOnLane(IntPredicate mayTell) {
    if (!(role() instanceof ReplicaRole.Leader)) {
      return new ProducersReply(ErrorCode.NOT_LEADER_OR_FOLLOWER, List.of());
    }
    return mayTell.test(log.activeProducerCount())
        ? new ProducersReply(ErrorCode.NONE, log.activeProducers())
        : new ProducersReply(ErrorCode.INVALID_REQUEST, List.of());
  }

  /** The producers that a partition remembers, or why it does not say. */
  public record ProducersReply(ErrorCode error, List<ActiveProducer> producers) {}

  // ---- Deleting.

  /** Moves the log's start; answered when every living replica has moved its own. */
  public void deleteRecords(RecordDeletion deletion) {
    lane.submit(() -> lane.continueOn(appends, () -> deleteOnLane(deletion)));
  }

  private void deleteOnLane(RecordDeletion deletion) {
    try {
      deletions.begin(deletion, role() instanceof ReplicaRole.Leader, highWatermark());
      releaseDeletions();
      consumers.wake();
    } finally {
      deletion.hasTried();
    }
  }

  private void releaseDeletions() {
    InSyncReplicas account = inSync;
    if (account != null && !deletions.isEmpty()) {
      deletions.release(
          account.lowWatermark(log.logStartOffset(), broker -> cluster.mayBeInSync(broker, -1)));
    }
  }
}
