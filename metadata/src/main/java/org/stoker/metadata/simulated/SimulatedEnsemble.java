package org.stoker.metadata.simulated;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.stoker.base.ConfinedTo;
import org.stoker.base.Lane;
import org.stoker.base.Seed;
import org.stoker.base.Timers;
import org.stoker.metadata.Change;
import org.stoker.metadata.CoordinationSession;
import org.stoker.metadata.Node;
import org.stoker.metadata.Outcome;
import org.stoker.metadata.Outcome.Done;
import org.stoker.metadata.simulated.SimulatedTree.Transaction;

/**
 * A ZooKeeper ensemble in memory: one order of writes, servers that lag behind it, and connections
 * that break with requests and answers on the way. Everything runs on the timers' thread.
 */
@ConfinedTo(ConfinedTo.ONE_THREAD)
public final class SimulatedEnsemble {
  /**
   * How the ensemble behaves from now on.
   *
   * @param longestDelayMs a message takes 0 to this long, one way
   * @param longestLagMs a server learns of a write 0 to this late, unless a client makes it hurry
   * @param lossPerMille of a thousand requests, how many meet a broken connection
   */
  public record Weather(int longestDelayMs, int longestLagMs, int lossPerMille) {
    public static final Weather CALM = new Weather(1, 1, 0);
  }

  private static final int SERVER_COUNT = 3;

  private final Timers timers;
  private final Seed seed;
  private final int sessionTimeoutMs;
  private final SimulatedTree committed;
  private final List<Transaction> history = new ArrayList<>();
  private final List<SimulatedServer> servers = new ArrayList<>();
  private final Map<Long, SimulatedSession> sessions = new LinkedHashMap<>();
  private Weather weather = Weather.CALM;
  private boolean away;
  private long lastSessionId;

  public SimulatedEnsemble(Timers timers, Seed seed, int sessionTimeoutMs) {
    this(timers, seed, sessionTimeoutMs, true);
  }

  private SimulatedEnsemble(
      Timers timers, Seed seed, int sessionTimeoutMs, boolean checksVersions) {
    this.timers = timers;
    this.seed = seed;
    this.sessionTimeoutMs = sessionTimeoutMs;
    this.committed = new SimulatedTree(checksVersions);
    for (int server = 0; server < SERVER_COUNT; server++) {
      servers.add(new SimulatedServer(checksVersions));
    }
  }

  /** An ensemble that makes every write whatever the versions: checkers must turn red on it. */
  public static SimulatedEnsemble thatIgnoresVersions(
      Timers timers, Seed seed, int sessionTimeoutMs) {
    return new SimulatedEnsemble(timers, seed, sessionTimeoutMs, false);
  }

  public CoordinationSession.Opener opener(Lane lane) {
    return events -> {
      var session = new SimulatedSession(this, lane, events);
      session.connectSoon();
      return session;
    };
  }

  public void weather(Weather next) {
    weather = next;
  }

  /** The whole ensemble stops answering: connections break, and no session expires meanwhile. */
  public void goAway() {
    away = true;
    dropConnections();
  }

  public void comeBack() {
    away = false;
  }

  /** Breaks every connection with whatever is on the way; clients connect again by themselves. */
  public void dropConnections() {
    for (SimulatedSession session : List.copyOf(sessions.values())) {
      session.drop();
    }
  }

  /** The live sessions, oldest first. */
  public List<SimulatedSession> sessions() {
    return List.copyOf(sessions.values());
  }

  /** Ends a session as a time-out does: its client learns of it when it connects again. */
  public void expire(SimulatedSession session) {
    if (sessions.remove(session.id()) != null) {
      commit(new Transaction(committed.lastZxid() + 1, 0, committed.farewellOf(session.id())));
      session.drop();
    }
  }

  /** The committed content, for checkers. */
  public Outcome<Node> committed(String path) {
    return committed.get(path);
  }

  public List<String> committedChildren(String path) {
    return committed.children(path) instanceof Outcome.Ok<List<String>>(List<String> names)
        ? names
        : List.of();
  }

  boolean isAway() {
    return away;
  }

  int delayMs() {
    return seed.nextInt(weather.longestDelayMs() + 1);
  }

  int upTo(int most) {
    return seed.nextInt(most + 1);
  }

  boolean breaksConnection() {
    return seed.nextInt(1000) < weather.lossPerMille();
  }

  Timers timers() {
    return timers;
  }

  /** A server for a client that must not see anything older than what it has seen. */
  SimulatedServer serverFor(long seenZxid) {
    SimulatedServer server = servers.get(seed.nextInt(servers.size()));
    server.catchUp(history, seenZxid);
    return server;
  }

  long register(SimulatedSession session) {
    sessions.put(++lastSessionId, session);
    return lastSessionId;
  }

  boolean knows(SimulatedSession session) {
    return sessions.get(session.id()) == session;
  }

  /** Called when a client is gone from its server: it has the session time-out to come back. */
  void startTimeout(SimulatedSession session) {
    int connection = session.connection();
    timers.after(
        sessionTimeoutMs,
        () -> {
          if (away) {
            startTimeout(session);
          } else if (session.connection() == connection && !session.isConnected()) {
            expire(session);
          }
        });
  }

  Outcome<Done> write(long sessionId, SimulatedServer server, List<Change> changes) {
    Outcome<Done> objection = committed.objection(changes);
    if (objection != null) {
      return objection;
    }
    commit(new Transaction(committed.lastZxid() + 1, sessionId, changes));
    server.catchUp(history, committed.lastZxid());
    return new Outcome.Ok<>(Done.DONE);
  }

  private void commit(Transaction transaction) {
    committed.apply(transaction);
    history.add(transaction);
    for (SimulatedServer server : servers) {
      timers.after(
          seed.nextInt(weather.longestLagMs() + 1),
          () -> server.catchUp(history, transaction.zxid()));
    }
  }

  /** One server: a replica that lags, and the watches of the clients connected to it. */
  static final class SimulatedServer {
    private final SimulatedTree tree;
    private final List<Watch> watches = new ArrayList<>();

    /** What a client waits for at this server. */
    record Watch(SimulatedSession session, int connection, WatchKey key) {}

    /** A watch as the client knows it: on a node's data and existence, or on its children. */
    record WatchKey(String path, boolean ofChildren) {}

    SimulatedServer(boolean checksVersions) {
      tree = new SimulatedTree(checksVersions);
    }

    SimulatedTree tree() {
      return tree;
    }

    void watch(Watch watch) {
      if (!watches.contains(watch)) {
        watches.add(watch);
      }
    }

    void forget(SimulatedSession session) {
      watches.removeIf(watch -> watch.session() == session);
    }

    void catchUp(List<Transaction> history, long zxid) {
      while (tree.lastZxid() < zxid) {
        Transaction next = history.get((int) tree.lastZxid());
        tree.apply(next);
        for (Change change : next.changes()) {
          fireFor(change);
        }
      }
    }

    private void fireFor(Change change) {
      @Nullable String parent =
          change instanceof Change.Create || change instanceof Change.Delete
              ? SimulatedTree.parentOf(change.path())
              : null;
      if (!(change instanceof Change.Check)) {
        fire(new WatchKey(change.path(), false));
      }
      if (change instanceof Change.Delete) {
        fire(new WatchKey(change.path(), true));
      }
      if (parent != null) {
        fire(new WatchKey(parent, true));
      }
    }

    private void fire(WatchKey key) {
      for (Watch watch : List.copyOf(watches)) {
        if (watch.key().equals(key)) {
          watches.remove(watch);
          watch.session().fired(watch);
        }
      }
    }
  }
}
