package org.stoker.metadata;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stoker.base.ConfinedTo;
import org.stoker.metadata.Outcome.Done;
import org.stoker.protocol.Message;
import org.stoker.protocol.WireReader;
import org.stoker.protocol.record.RegisterBrokerRecord;

/**
 * Keeps this broker's node for as long as a session lasts. The node of an earlier life of the same
 * broker, known by a log directory that they share, is replaced at once; that of a stranger with
 * the same id is waited for, and if it stays this broker must not start.
 */
@ConfinedTo(MetadataLane.OWNER)
final class BrokerRegistration {
  private static final Logger LOG = LoggerFactory.getLogger(BrokerRegistration.class);

  private final CoordinationSession session;
  private final MetadataLane lane;
  private final BrokerIdentity identity;
  private final String path;
  private final Consumer<String> refused;
  private LongConsumer registered = _ -> {};
  private boolean closed;
  private boolean patienceIsOver;
  private boolean waiting;

  /**
   * @param refused gets the sentence that says why this broker cannot take part
   */
  BrokerRegistration(
      CoordinationSession session,
      MetadataLane lane,
      BrokerIdentity identity,
      Consumer<String> refused) {
    this.session = session;
    this.lane = lane;
    this.identity = identity;
    this.path = MetadataPaths.broker(identity.id());
    this.refused = refused;
  }

  /**
   * Registers.
   *
   * @param patienceMs how long a stranger's session may take to time out
   * @param registered gets the broker's epoch, each time the node was made
   */
  void start(long patienceMs, LongConsumer registered) {
    this.registered = registered;
    lane.after(
        patienceMs,
        () -> {
          patienceIsOver = true;
          if (waiting) {
            look();
          }
        });
    look();
  }

  void close() {
    closed = true;
  }

  private void look() {
    if (!closed) {
      session.get(path, this::look, this::looked);
    }
  }

  private void looked(Outcome<Node> outcome) {
    if (closed) {
      return;
    }
    switch (outcome) {
      case Outcome.Ok<Node>(Node node) -> found(node);
      case Outcome.NoNode<Node> _ -> write(List.of(creation()));
      case Outcome.Expired<Node> _ -> closed = true;
      case Outcome.Unknown<Node> _ -> lane.retry(this::look);
      default -> refused.accept("The broker cannot register at " + path + ": " + outcome);
    }
  }

  private void found(Node node) {
    BrokerImage other = parse(node);
    if (other.incarnation().equals(identity.incarnation())
        && node.ephemeralOwner() == session.id()) {
      waiting = false;
      registered.accept(node.createdAt());
    } else if (other.incarnation().equals(identity.incarnation())
        || !Collections.disjoint(other.logDirs(), identity.logDirs())) {
      LOG.info("Replacing the registration of this broker's earlier life {}", other.incarnation());
      write(List.of(new Change.Delete(path, node.version()), creation()));
    } else if (patienceIsOver) {
      closed = true;
      refused.accept(
          "Broker id "
              + identity.id()
              + " belongs to another live process, listening at "
              + other.endpoints()
              + ": stop it, or give this broker another broker.id");
    } else if (!waiting) {
      waiting = true;
      LOG.warn(
          "Broker id {} is registered by a process listening at {}, whose log directories are not"
              + " ours; waiting until its session has timed out",
          identity.id(),
          other.endpoints());
    }
  }

  private Change creation() {
    return Change.createEphemeral(path, bytes(identity.registration()));
  }

  private void write(List<Change> changes) {
    session.write(changes, this::written);
  }

  /** Whatever came of the write, the node tells, and with it the epoch. */
  private void written(Outcome<Done> outcome) {
    switch (outcome) {
      case Outcome.Expired<Done> _ -> closed = true;
      case Outcome.Refused<Done>(String reason) ->
          refused.accept("The broker cannot register at " + path + ": " + reason);
      case Outcome.Unknown<Done> _ -> lane.retry(this::look);
      default -> look();
    }
  }

  static byte[] bytes(BrokerImage registration) {
    ByteBuffer record = RecordFrames.encode(BrokerRecords.toRecord(registration));
    byte[] bytes = new byte[record.remaining()];
    record.get(bytes);
    return bytes;
  }

  /** The registration in a node; its epoch is the node's own. */
  static BrokerImage parse(Node node) {
    List<Message> records = new ArrayList<>();
    records.addAll(RecordFrames.decode(new WireReader(ByteBuffer.wrap(node.data()))));
    if (records.size() != 1 || !(records.getFirst() instanceof RegisterBrokerRecord registration)) {
      throw new CorruptLogException("a broker's node holds " + records);
    }
    return BrokerRecords.withEpoch(BrokerRecords.fromRecord(registration), node.createdAt());
  }
}
