package org.stoker.metadata.simulated;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.stoker.base.ConfinedTo;
import org.stoker.base.Lane;
import org.stoker.metadata.Change;
import org.stoker.metadata.CoordinationSession;
import org.stoker.metadata.Node;
import org.stoker.metadata.Outcome;
import org.stoker.metadata.Outcome.Done;
import org.stoker.metadata.SessionEvent;
import org.stoker.metadata.simulated.SimulatedEnsemble.SimulatedServer;
import org.stoker.metadata.simulated.SimulatedEnsemble.SimulatedServer.Watch;
import org.stoker.metadata.simulated.SimulatedEnsemble.SimulatedServer.WatchKey;

/** A client of the simulated ensemble: what is on the way is lost with its connection. */
@ConfinedTo(ConfinedTo.ONE_THREAD)
public final class SimulatedSession implements CoordinationSession {
  private static final int LONGEST_RECONNECT_MS = 50;

  private final SimulatedEnsemble ensemble;
  private final Lane lane;
  private final Consumer<SessionEvent> events;
  // Requests that no answer was delivered for, oldest first.
  private final ArrayDeque<Request<?>> unanswered = new ArrayDeque<>();
  // What the client waits for; a watch whose event was lost is still here, and is set again.
  private final Map<WatchKey, Waiting> watches = new LinkedHashMap<>();
  // Answers and events that have left the server.
  private final ArrayDeque<Runnable> toClient = new ArrayDeque<>();
  private @Nullable SimulatedServer server;
  // Where the last requests of a breaking connection may still take effect.
  private @Nullable SimulatedServer leaving;
  private int connection;
  private long id;
  private long seenZxid;
  private boolean over;
  private boolean isCutOff;

  /** The callbacks of one watch, and whether the node was there when it was set. */
  private record Waiting(List<Runnable> callbacks, boolean existed) {}

  private static final class Request<T> {
    final Function<SimulatedTree, Outcome<T>> execution;
    final Consumer<Outcome<T>> answer;
    final @Nullable WatchKey watched;
    final @Nullable Runnable watch;
    // Set when the request reaches the server.
    @Nullable Outcome<T> outcome;
    boolean existed;
    long zxid;

    Request(
        Function<SimulatedTree, Outcome<T>> execution,
        Consumer<Outcome<T>> answer,
        @Nullable WatchKey watched,
        @Nullable Runnable watch) {
      this.execution = execution;
      this.answer = answer;
      this.watched = watch == null ? null : watched;
      this.watch = watch;
    }

    void executeAt(SimulatedTree tree) {
      existed = watched != null && tree.exists(watched.path());
      outcome = execution.apply(tree);
      zxid = tree.lastZxid();
    }
  }

  SimulatedSession(SimulatedEnsemble ensemble, Lane lane, Consumer<SessionEvent> events) {
    this.ensemble = ensemble;
    this.lane = lane;
    this.events = events;
  }

  @Override
  public long id() {
    return id;
  }

  int connection() {
    return connection;
  }

  boolean isConnected() {
    return server != null;
  }

  @Override
  public void write(List<Change> changes, Consumer<Outcome<Done>> answer) {
    List<Change> copy = List.copyOf(changes);
    request(new Request<>(_ -> writeAtServer(copy), answer, null, null));
  }

  private Outcome<Done> writeAtServer(List<Change> changes) {
    SimulatedServer at = server != null ? server : leaving;
    if (at == null) {
      throw new IllegalStateException("a write reached no server");
    }
    return ensemble.write(id, at, changes);
  }

  @Override
  public void get(String path, @Nullable Runnable watch, Consumer<Outcome<Node>> answer) {
    request(new Request<>(tree -> tree.get(path), answer, new WatchKey(path, false), watch));
  }

  @Override
  public void children(
      String path, @Nullable Runnable watch, Consumer<Outcome<List<String>>> answer) {
    request(new Request<>(tree -> tree.children(path), answer, new WatchKey(path, true), watch));
  }

  @Override
  public void close() {
    over = true;
    unanswered.clear();
    if (server != null) {
      ensemble.expire(this);
    }
  }

  /** The client's process dies: nothing is heard of it any more, and its session lives on. */
  public void kill() {
    over = true;
    unanswered.clear();
    drop();
  }

  /** The way to the ensemble is cut, for this client alone. */
  public void cutOff() {
    isCutOff = true;
    drop();
  }

  public void joinAgain() {
    isCutOff = false;
  }

  void connectSoon() {
    ensemble.timers().after(1 + ensemble.upTo(LONGEST_RECONNECT_MS), this::connect);
  }

  private void connect() {
    if (over || server != null) {
      return;
    }
    if (ensemble.isAway() || isCutOff) {
      failUnanswered(Outcome.Unknown::new);
      connectSoon();
      return;
    }
    if (id == 0) {
      id = ensemble.register(this);
    } else if (!ensemble.knows(this)) {
      over = true;
      failUnanswered(Outcome.Expired::new);
      lane.submit(() -> events.accept(SessionEvent.EXPIRED));
      return;
    }
    SimulatedServer next = ensemble.serverFor(seenZxid);
    server = next;
    connection++;
    lane.submit(() -> events.accept(SessionEvent.CONNECTED));
    setWatchesAgain(next);
    for (Request<?> _ : unanswered) {
      sendNext();
    }
  }

  private void setWatchesAgain(SimulatedServer at) {
    for (Map.Entry<WatchKey, Waiting> waiting : List.copyOf(watches.entrySet())) {
      WatchKey key = waiting.getKey();
      boolean changed =
          key.ofChildren()
              ? at.tree().childrenChangedSince(key.path(), seenZxid)
              : at.tree().dataChangedSince(key.path(), seenZxid, waiting.getValue().existed());
      Watch watch = new Watch(this, connection, key);
      if (changed) {
        fired(watch);
      } else {
        at.watch(watch);
      }
    }
  }

  /** Breaks the connection: some of what was sent took effect, none of it is answered. */
  void drop() {
    SimulatedServer from = server;
    if (from == null) {
      return;
    }
    server = null;
    connection++;
    from.forget(this);
    toClient.clear();
    leaving = from;
    int executed = ensemble.knows(this) ? ensemble.upTo(unanswered.size()) : 0;
    for (Request<?> request : List.copyOf(unanswered).subList(0, executed)) {
      if (request.outcome == null) {
        request.executeAt(from.tree());
      }
    }
    leaving = null;
    failUnanswered(Outcome.Unknown::new);
    if (!over) {
      lane.submit(() -> events.accept(SessionEvent.DISCONNECTED));
      connectSoon();
    }
    if (ensemble.knows(this)) {
      ensemble.startTimeout(this);
    }
  }

  private interface Failure {
    <T> Outcome<T> outcome();
  }

  private void failUnanswered(Failure failure) {
    while (!unanswered.isEmpty()) {
      fail(unanswered.remove(), failure);
    }
  }

  private <T> void fail(Request<T> request, Failure failure) {
    lane.submit(() -> request.answer.accept(failure.outcome()));
  }

  private <T> void request(Request<T> request) {
    if (over) {
      fail(request, Outcome.Expired::new);
      return;
    }
    unanswered.add(request);
    if (server != null) {
      sendNext();
    }
  }

  private void sendNext() {
    int sentOn = connection;
    ensemble.timers().after(ensemble.delayMs(), () -> arrive(sentOn));
  }

  /** The oldest request that has not arrived does so now: the order is kept whatever the delays. */
  private void arrive(int sentOn) {
    SimulatedServer at = server;
    if (sentOn != connection || at == null) {
      return;
    }
    if (ensemble.breaksConnection()) {
      drop();
      return;
    }
    for (Request<?> request : unanswered) {
      if (request.outcome == null) {
        executeNow(request, at);
        break;
      }
    }
  }

  private <T> void executeNow(Request<T> request, SimulatedServer at) {
    request.executeAt(at.tree());
    WatchKey watched = request.watched;
    // A read of the children of a missing node leaves no watch.
    if (watched != null && (request.existed || !watched.ofChildren())) {
      at.watch(new Watch(this, connection, watched));
    }
    send(() -> deliver(request));
  }

  /** Answers and events travel to the client in one order. */
  private void send(Runnable delivery) {
    int sentOn = connection;
    toClient.add(delivery);
    ensemble
        .timers()
        .after(
            ensemble.delayMs(),
            () -> {
              if (sentOn == connection) {
                toClient.remove().run();
              }
            });
  }

  private <T> void deliver(Request<T> request) {
    Outcome<T> outcome = request.outcome;
    if (outcome == null || unanswered.remove() != request) {
      throw new IllegalStateException("answers left the order of their requests");
    }
    seenZxid = Math.max(seenZxid, request.zxid);
    WatchKey watched = request.watched;
    Runnable watch = request.watch;
    if (watched != null && watch != null && (request.existed || !watched.ofChildren())) {
      Waiting before = watches.get(watched);
      List<Runnable> callbacks = new ArrayList<>(before == null ? List.of() : before.callbacks());
      callbacks.add(watch);
      watches.put(watched, new Waiting(callbacks, request.existed));
    }
    lane.submit(() -> request.answer.accept(outcome));
  }

  /** A watch fired at the server: its event is sent behind the answers that are on the way. */
  void fired(Watch watch) {
    if (watch.connection() == connection) {
      send(() -> deliver(watch.key()));
    }
  }

  private void deliver(WatchKey key) {
    Waiting waiting = watches.remove(key);
    if (waiting != null) {
      waiting.callbacks().forEach(lane::submit);
    }
  }
}
