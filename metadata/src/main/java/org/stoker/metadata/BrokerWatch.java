package org.stoker.metadata;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stoker.base.ConfinedTo;

/** Tells a controller which brokers are registered, and again whenever that changes. */
@ConfinedTo(MetadataLane.OWNER)
final class BrokerWatch {
  private static final Logger LOG = LoggerFactory.getLogger(BrokerWatch.class);

  private final CoordinationSession session;
  private final MetadataLane lane;
  private final long pollMs;
  private final Consumer<Map<Integer, BrokerImage>> changed;
  private Map<Integer, BrokerImage> last = Map.of();
  private boolean toldOnce;
  private boolean busy;
  private boolean again;
  private boolean closed;

  BrokerWatch(
      CoordinationSession session,
      MetadataLane lane,
      long pollMs,
      Consumer<Map<Integer, BrokerImage>> changed) {
    this.session = session;
    this.lane = lane;
    this.pollMs = pollMs;
    this.changed = changed;
  }

  void start() {
    look();
    lane.every(pollMs, () -> !closed, this::look);
  }

  void close() {
    closed = true;
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
    session.children(
        MetadataPaths.BROKERS,
        this::look,
        outcome -> {
          switch (outcome) {
            case Outcome.Ok<List<String>>(List<String> names) -> new Round(names).begin();
            case Outcome.Expired<List<String>> _ -> closed = true;
            default -> retry();
          }
        });
  }

  private void retry() {
    busy = false;
    lane.retry(this::look);
  }

  private void finish(Map<Integer, BrokerImage> brokers) {
    busy = false;
    if (again) {
      look();
    } else if (!closed && (!toldOnce || !brokers.equals(last))) {
      toldOnce = true;
      last = brokers;
      changed.accept(brokers);
    }
  }

  /** Reads the nodes that are there. */
  private final class Round {
    private final List<Integer> ids = new ArrayList<>();
    private final Map<Integer, BrokerImage> brokers = new HashMap<>();
    private int answered;
    private boolean failed;

    Round(List<String> names) {
      for (String name : names) {
        ids.add(Integer.parseInt(name));
      }
    }

    void begin() {
      if (ids.isEmpty()) {
        finish(brokers);
      }
      for (int id : ids) {
        session.get(MetadataPaths.broker(id), null, outcome -> read(id, outcome));
      }
    }

    private void read(int id, Outcome<Node> outcome) {
      answered++;
      switch (outcome) {
        case Outcome.Ok<Node>(Node node) -> parse(id, node);
        // Gone meanwhile: the watch has fired, or will.
        case Outcome.NoNode<Node> _ -> {}
        default -> failed = true;
      }
      if (answered == ids.size()) {
        if (failed) {
          retry();
        } else {
          finish(brokers);
        }
      }
    }

    private void parse(int id, Node node) {
      try {
        brokers.put(id, BrokerRegistration.parse(node));
      } catch (CorruptLogException e) {
        LOG.error("The registration of broker {} cannot be read", id, e);
      }
    }
  }
}
