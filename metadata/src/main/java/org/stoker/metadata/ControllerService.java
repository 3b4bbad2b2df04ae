package org.stoker.metadata;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stoker.base.Clock;
import org.stoker.base.ConfinedTo;
import org.stoker.base.Uuid;
import org.stoker.protocol.ErrorCode;
import org.stoker.protocol.Message;
import org.stoker.protocol.record.AbortTransactionRecord;

/**
 * One term of office: takes the log over, then decides commands, appends what they come to, and
 * answers when the records are applied here. What waits while an append is on its way is decided
 * together and appended as one entry.
 */
@ConfinedTo(MetadataLane.OWNER)
final class ControllerService {
  private static final Logger LOG = LoggerFactory.getLogger(ControllerService.class);

  // So that a burst of small commands shares a write, and a big one stays alone.
  private static final int MOST_RECORDS_TOGETHER = 1000;

  /** What this term needs of its surroundings, all of it confined to the lane. */
  interface Office {
    ImagePublisher publisher();

    FalseAlarms alarms();

    /** Gives this office up for others; false if it did so lately. */
    boolean resign();

    void offer(List<LogEntry> entries);

    /** Commands that wait, the oldest first; the service takes what it decides. */
    ArrayDeque<PendingCommand<?>> waiting();

    /** The epoch is over, or the session is: this service has stopped. */
    void ended(boolean deposed);
  }

  private final CoordinationSession session;
  private final MetadataLane lane;
  private final MetadataConfig config;
  private final Controller controller;
  private final Set<Uuid> dead;
  private final Office office;
  private final LogWriter writer;
  private final BrokerWatch brokers;
  private final Membership members;
  // Not among the commands that wait: those outlive this term, and these must not.
  private final ArrayDeque<PendingCommand<?>> own = new ArrayDeque<>();
  // The latest set of brokers, until it is decided what follows from it.
  private @Nullable PendingCommand<?> reconciliation;
  private BrokerCommand.@Nullable ReconcileBrokers latest;
  private boolean open;
  private boolean tookOver;
  private boolean appending;
  private boolean snapshotting;
  private boolean closed;

  /**
   * A term that has been won and not begun.
   *
   * @param dead runs of brokers that are gone although their sessions live
   */
  ControllerService(
      CoordinationSession session,
      MetadataLane lane,
      MetadataConfig config,
      Controller controller,
      LogWriter writer,
      Clock clock,
      Set<Uuid> dead,
      Office office) {
    this.session = session;
    this.lane = lane;
    this.config = config;
    this.controller = controller;
    this.dead = dead;
    this.office = office;
    this.writer = writer;
    this.brokers = new BrokerWatch(session, lane, config.pollMs(), this::brokersAre);
    this.members =
        new Membership(
            lane,
            clock,
            config.liveness(),
            office.publisher(),
            office.alarms(),
            this::decideMyself,
            office::resign);
  }

  private CompletableFuture<Result> decideMyself(Command<Result> command) {
    var pending = new PendingCommand<>(command);
    own.add(pending);
    serve();
    return pending.future();
  }

  /** What a broker says of itself; refused until the brokers are known. */
  Heartbeat.Reply heard(Heartbeat heartbeat) {
    return tookOver && !closed
        ? members.heard(heartbeat)
        : Heartbeat.Reply.refused(ErrorCode.NOT_CONTROLLER);
  }

  /** Null until the brokers are known, and when the term is over. */
  @Nullable MetadataQuorum quorum() {
    return tookOver && !closed ? members.quorum(writer.controllerId(), writer.epoch()) : null;
  }

  void start() {
    writer.open(endOffset -> office.publisher().whenApplied(endOffset, this::caughtUp), this::lost);
  }

  /** Stops; what was being appended is left to the next controller. */
  void close() {
    closed = true;
    writer.close();
    brokers.close();
    members.close();
  }

  /** Commands wait: decides them if nothing is on its way. */
  void serve() {
    if (!tookOver || appending || closed) {
      return;
    }
    List<PendingCommand<?>> decided = new ArrayList<>();
    List<Message> records = new ArrayList<>();
    ClusterImage image = office.publisher().image();
    PendingCommand<?> command = nextCommand();
    while (command != null) {
      PendingCommand.Decided next = command.decide(controller, image);
      decided.add(command);
      records.addAll(next.records());
      image = next.after();
      command = records.size() < MOST_RECORDS_TOGETHER ? nextCommand() : null;
    }
    if (records.isEmpty()) {
      decided.forEach(PendingCommand::answer);
    } else {
      append(records, decided);
    }
  }

  private @Nullable PendingCommand<?> nextCommand() {
    PendingCommand<?> ofBrokers = reconciliation;
    if (ofBrokers != null) {
      reconciliation = null;
      return ofBrokers;
    }
    PendingCommand<?> mine = own.poll();
    if (mine != null) {
      return mine;
    }
    PendingCommand<?> next = office.waiting().poll();
    while (next != null && next.isAnswered()) {
      next = office.waiting().poll();
    }
    return next;
  }

  private void caughtUp() {
    if (closed) {
      return;
    }
    if (office.publisher().isInTransaction()) {
      // The controller before us did not finish; nobody has seen what it began.
      appending = true;
      writer.append(
          List.of(new AbortTransactionRecord().setReason("the controller was replaced")),
          outcome -> appended(outcome, List.of(), this::opened));
    } else {
      opened();
    }
  }

  private void opened() {
    open = true;
    brokers.start();
  }

  /** The first time this completes the take-over; later it follows brokers that come and go. */
  private void brokersAre(Map<Integer, BrokerImage> registered) {
    if (closed || !open) {
      return;
    }
    boolean isFirst = !tookOver;
    tookOver = true;
    // The predecessor's partitions get leaders with the very write that takes over; whoever was
    // wrongly taken for dead comes back with its next heartbeat.
    reconcile(new BrokerCommand.ReconcileBrokers(registered, isFirst, isFirst ? dead : Set.of()));
    if (isFirst) {
      members.start();
    }
  }

  /**
   * Nobody else asks for it: if it meets a bug it is tried again, for as long as it is the latest.
   */
  private void reconcile(BrokerCommand.ReconcileBrokers command) {
    latest = command;
    var pending = new PendingCommand<>(command);
    reconciliation = pending;
    var _ =
        pending
            .future()
            .thenAccept(result -> {
              if (!result.isOk()) {
                lane.after(config.pollMs(), () -> reconcileAgain(command));
              }
            });
    serve();
  }

  private void reconcileAgain(BrokerCommand.ReconcileBrokers command) {
    if (!closed && command.equals(latest)) {
      reconcile(command);
    }
  }

  private void append(List<Message> records, List<PendingCommand<?>> decided) {
    appending = true;
    try {
      writer.append(
          records,
          outcome -> appended(outcome, decided, () -> decided.forEach(PendingCommand::answer)));
    } catch (RuntimeException e) {
      LOG.error("{} records could not be appended to the metadata log", records.size(), e);
      appending = false;
      decided.forEach(
          command -> command.fail(ErrorCode.UNKNOWN_SERVER_ERROR, PendingCommand.UNEXPECTED));
    }
  }

  private void appended(
      AppendOutcome outcome, List<PendingCommand<?>> decided, Runnable whenApplied) {
    appending = false;
    switch (outcome) {
      case AppendOutcome.Appended(List<LogEntry> entries) -> {
        office.publisher().whenApplied(entries.getLast().endOffset(), whenApplied);
        office.offer(entries);
        snapshotIfDue();
        serve();
      }
      case AppendOutcome.Deposed _ -> {
        refuse(decided);
        end(true);
      }
      case AppendOutcome.SessionOver _ -> {
        refuse(decided);
        end(false);
      }
    }
  }

  private static void refuse(List<PendingCommand<?>> decided) {
    for (PendingCommand<?> command : decided) {
      command.fail(
          ErrorCode.NOT_CONTROLLER, "The controller changed before the outcome was known.");
    }
  }

  private void lost() {
    end(true);
  }

  private void end(boolean deposed) {
    if (!closed) {
      close();
      office.ended(deposed);
    }
  }

  private void snapshotIfDue() {
    ImagePublisher publisher = office.publisher();
    boolean due =
        publisher.entriesSinceSnapshot() >= config.snapshotEntries()
            || publisher.bytesSinceSnapshot() >= config.snapshotBytes();
    if (!due || snapshotting || publisher.isInTransaction()) {
      return;
    }
    snapshotting = true;
    publisher.snapshotWritten();
    SnapshotWriter.write(
        session,
        writer,
        publisher.image(),
        written -> {
          snapshotting = false;
          LOG.debug("Snapshot written: {}", written);
        });
  }
}
