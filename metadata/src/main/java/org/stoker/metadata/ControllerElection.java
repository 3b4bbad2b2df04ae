package org.stoker.metadata;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stoker.base.ConfinedTo;
import org.stoker.base.Uuid;
import org.stoker.metadata.Outcome.Done;

/**
 * Stands for election whenever there is no controller, for as long as its session lasts.
 *
 * <p>An election is one write: the epoch node goes to its next version, the predecessor's node
 * goes, ours comes. What fences the predecessor is the epoch's version, which all its writes check;
 * its ephemeral node only tells the others that somebody is there.
 *
 * <pre>
 * looking ──no controller, or it is our own earlier life, or dead──▶ standing ──won──▶ elected
 *    ▲ ▲                                                               │                  │
 *    │ └──────────────────────── lost, or outcome unknown ─────────────┘                  │
 *    └─────────── the controller's node changed ◀── watching ◀── somebody else is         │
 *    └──────────────────────────────────── deposed ───────────────────────────────────────┘
 * </pre>
 */
@ConfinedTo(MetadataLane.OWNER)
final class ControllerElection {
  private static final Logger LOG = LoggerFactory.getLogger(ControllerElection.class);

  // Once in so long: if nobody is heard by anybody, the office must not go round for ever.
  private static final long RESIGNATION_MS = 60_000;

  private final CoordinationSession session;
  private final MetadataLane lane;
  private final BrokerIdentity identity;
  private final long pollMs;
  private final Set<Uuid> dead = new HashSet<>();
  private final Events events;
  private @Nullable Integer epoch;
  private int attempts;
  private boolean busy;
  private boolean again;
  private boolean closed;
  // Resigned a moment ago, so that others may stand; and lately, so that it is not done again.
  private boolean standsBack;
  private boolean resignedLately;

  /** What the election tells, on the lane. */
  interface Events {
    /**
     * This broker is the controller; every write of it checks this epoch.
     *
     * @param dead runs of brokers that were found to be gone, the predecessor's probably
     */
    void elected(int epoch, Set<Uuid> dead);

    /** Another controller was elected after this one. */
    void deposed();

    /** Somebody else is the controller, as far as its node tells. */
    void otherIsController();
  }

  ControllerElection(
      CoordinationSession session,
      MetadataLane lane,
      BrokerIdentity identity,
      long pollMs,
      Events events) {
    this.session = session;
    this.lane = lane;
    this.identity = identity;
    this.pollMs = pollMs;
    this.events = events;
  }

  /** Stands for election from now on. */
  void start() {
    look();
    lane.every(pollMs, () -> !closed, this::look);
  }

  void close() {
    closed = true;
  }

  /** This run of a broker is gone although its session lives: it need not be waited for. */
  void foundDead(Uuid incarnation) {
    if (dead.add(incarnation)) {
      look();
    }
  }

  /** A write of ours was refused because the epoch is over. */
  void epochIsOver() {
    if (epoch != null) {
      epoch = null;
      events.deposed();
      look();
    }
  }

  /**
   * Gives the office up and lets others stand for a while, because they are heard and this broker
   * is not.
   *
   * @return false, and nothing has happened, if that was tried lately
   */
  boolean resign(long standBackMs) {
    if (epoch == null || resignedLately) {
      return false;
    }
    LOG.warn("Controller {} hears nobody: another broker should be the controller", identity.id());
    epoch = null;
    // The epoch still bears our name, and must not be taken for one that was won just now.
    attempts++;
    standsBack = true;
    resignedLately = true;
    lane.after(standBackMs, this::standAgain);
    lane.after(RESIGNATION_MS, () -> resignedLately = false);
    events.deposed();
    look();
    return true;
  }

  private void standAgain() {
    standsBack = false;
    look();
  }

  private void look() {
    if (closed) {
      return;
    }
    if (busy) {
      again = true;
      return;
    }
    busy = true;
    again = false;
    session.get(MetadataPaths.EPOCH, null, this::epochRead);
  }

  private void endLook() {
    busy = false;
    if (again) {
      look();
    }
  }

  private void retryLook() {
    busy = false;
    lane.retry(this::look);
  }

  private void epochRead(Outcome<Node> outcome) {
    if (closed) {
      return;
    }
    switch (outcome) {
      case Outcome.Ok<Node>(Node node) -> epochRead(node);
      case Outcome.Expired<Node> _ -> closed = true;
      default -> retryLook();
    }
  }

  private void epochRead(Node epochNode) {
    Integer mine = epoch;
    if (mine != null && epochNode.version() > mine) {
      LOG.info("Controller epoch {} is over: {} was elected", mine, epochNode.version());
      epoch = null;
      events.deposed();
    } else if (mine == null && isOurs(epochNode)) {
      // The answer to the write was lost, and the write was not.
      won(epochNode.version());
    }
    session.get(
        MetadataPaths.CONTROLLER, this::look, outcome -> controllerRead(outcome, epochNode));
  }

  private void controllerRead(Outcome<Node> outcome, Node epochNode) {
    if (closed) {
      return;
    }
    switch (outcome) {
      case Outcome.Ok<Node>(Node node) -> {
        if (standsBack && isOfThisBroker(node)) {
          session.write(
              List.of(new Change.Delete(MetadataPaths.CONTROLLER, node.version())),
              _ -> retryLook());
        } else if (epoch == null && !standsBack && mayReplace(node)) {
          stand(epochNode, node);
        } else {
          // What was said of a broker that is not the controller is no reason to depose it later.
          dead.clear();
          if (epoch == null) {
            events.otherIsController();
          }
          endLook();
        }
      }
      case Outcome.NoNode<Node> _ -> {
        if (epoch == null && !standsBack) {
          stand(epochNode, null);
        } else {
          endLook();
        }
      }
      case Outcome.Expired<Node> _ -> closed = true;
      default -> retryLook();
    }
  }

  private boolean mayReplace(Node controllerNode) {
    // Our own id: this process has the registration, or will not get it; an older life is over.
    return isOfThisBroker(controllerNode)
        || dead.contains(Uuid.parse(NodeText.parse(controllerNode.data()).text("incarnation")));
  }

  private boolean isOfThisBroker(Node controllerNode) {
    return NodeText.parse(controllerNode.data()).number("broker") == identity.id();
  }

  private void stand(Node epochNode, @Nullable Node predecessor) {
    attempts++;
    byte[] name = name();
    List<Change> changes = new ArrayList<>();
    changes.add(new Change.Set(MetadataPaths.EPOCH, name, epochNode.version()));
    if (predecessor != null) {
      changes.add(new Change.Delete(MetadataPaths.CONTROLLER, predecessor.version()));
    }
    changes.add(Change.createEphemeral(MetadataPaths.CONTROLLER, name));
    session.write(changes, outcome -> stood(outcome, epochNode.version() + 1));
  }

  /** Names this session's try, so that it is known again when the answer was lost. */
  private byte[] name() {
    return new NodeText()
        .put("broker", identity.id())
        .put("incarnation", identity.incarnation())
        .put("session", session.id())
        .put("attempt", attempts)
        .put("address", identity.endpoints())
        .bytes();
  }

  private boolean isOurs(Node epochNode) {
    NodeText name = NodeText.parse(epochNode.data());
    return attempts > 0
        && name.text("incarnation").equals(identity.incarnation().toString())
        && name.number("session") == session.id()
        && name.number("attempt") == attempts;
  }

  private void stood(Outcome<Done> outcome, int nextEpoch) {
    if (closed) {
      return;
    }
    switch (outcome) {
      case Outcome.Ok<Done> _ -> {
        won(nextEpoch);
        // Look once more, to watch the node that we have made.
        again = true;
        endLook();
      }
      case Outcome.Expired<Done> _ -> closed = true;
      case Outcome.Unknown<Done> _ -> retryLook();
      case Outcome.Refused<Done>(String reason) -> {
        LOG.error("Standing for controller was refused: {}", reason);
        retryLook();
      }
      default -> {
        // Somebody else was faster, or the predecessor's node has just gone.
        again = true;
        endLook();
      }
    }
  }

  private void won(int wonEpoch) {
    LOG.info("Broker {} is the controller of epoch {}", identity.id(), wonEpoch);
    epoch = wonEpoch;
    Set<Uuid> found = Set.copyOf(dead);
    dead.clear();
    events.elected(wonEpoch, found);
  }
}
