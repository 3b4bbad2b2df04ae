package org.stoker.metadata;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.OpResult;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.ZooDefs.Perms;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.client.HostProvider;
import org.apache.zookeeper.client.ZKClientConfig;
import org.apache.zookeeper.data.ACL;
import org.apache.zookeeper.data.Id;
import org.apache.zookeeper.data.Stat;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stoker.base.Lane;
import org.stoker.base.ThreadSafe;
import org.stoker.metadata.Outcome.Done;

/**
 * A session of ZooKeeper's own client. Its event thread does nothing but hand over to the lane, so
 * that no answer waits for what another one has set off.
 */
@ThreadSafe
public final class ZooKeeperSession implements CoordinationSession {
  private static final Logger LOG = LoggerFactory.getLogger(ZooKeeperSession.class);
  private static final Duration LONGEST_CLOSE = Duration.ofSeconds(2);

  private static final List<ACL> EVERYBODY = List.of(new ACL(Perms.ALL, new Id("world", "anyone")));

  private final ZooKeeper zooKeeper;
  private final String chroot;
  private final Lane lane;
  private final Consumer<SessionEvent> events;
  private volatile boolean closed;

  private ZooKeeperSession(
      ZooKeeperAddress address,
      @Nullable HostProvider hosts,
      int sessionTimeoutMs,
      Lane lane,
      Consumer<SessionEvent> events) {
    this.chroot = address.chroot();
    this.lane = lane;
    this.events = events;
    var config = new ZKClientConfig();
    if (System.getProperty("java.security.auth.login.config") == null) {
      // Without a login configuration the client would look for one, and say so, at each connect.
      config.setProperty(ZKClientConfig.ENABLE_CLIENT_SASL_KEY, "false");
    }
    try {
      zooKeeper =
          hosts == null
              ? new ZooKeeper(address.hosts(), sessionTimeoutMs, this::connectionChanged, config)
              : new ZooKeeper(
                  address.hosts(), sessionTimeoutMs, this::connectionChanged, false, hosts, config);
    } catch (IOException e) {
      throw new UncheckedIOException("ZooKeeper's client did not start for " + address, e);
    }
    makeChroot();
  }

  /** Sessions at the ensemble of this address, with answers on the lane. */
  public static Opener opener(ZooKeeperAddress address, int sessionTimeoutMs, Lane lane) {
    return events -> new ZooKeeperSession(address, null, sessionTimeoutMs, lane, events);
  }

  /** The same where each session chooses among the servers in its own way. */
  public static Opener opener(
      ZooKeeperAddress address, Supplier<HostProvider> hosts, int sessionTimeoutMs, Lane lane) {
    return events -> new ZooKeeperSession(address, hosts.get(), sessionTimeoutMs, lane, events);
  }

  @Override
  public long id() {
    return zooKeeper.getSessionId();
  }

  @Override
  public void write(List<Change> changes, Consumer<Outcome<Done>> answer) {
    List<Op> operations = new ArrayList<>(changes.size());
    for (Change change : changes) {
      operations.add(operation(change));
    }
    zooKeeper.multi(
        operations, (rc, _, _, results) -> hand(answer, written(Code.get(rc), rc, results)), null);
  }

  @Override
  public void get(String path, @Nullable Runnable watch, Consumer<Outcome<Node>> answer) {
    get(path, watch == null ? null : new OnceWatcher(watch), answer);
  }

  private void get(String path, @Nullable OnceWatcher watcher, Consumer<Outcome<Node>> answer) {
    zooKeeper.getData(
        chroot + path,
        watcher,
        (rc, _, _, data, stat) -> {
          if (Code.get(rc) == Code.NONODE && watcher != null) {
            watchForCreation(path, watcher, answer);
          } else {
            hand(answer, read(rc, () -> nodeOf(data, stat)));
          }
        },
        null);
  }

  /** A read of a missing node leaves no watch in ZooKeeper; a question for its existence does. */
  private void watchForCreation(String path, OnceWatcher watcher, Consumer<Outcome<Node>> answer) {
    zooKeeper.exists(
        chroot + path,
        watcher,
        (rc, _, _, _) -> {
          if (Code.get(rc) == Code.OK) {
            get(path, watcher, answer);
          } else {
            hand(answer, failure(Code.get(rc), rc, 0));
          }
        },
        null);
  }

  @Override
  public void children(
      String path, @Nullable Runnable watch, Consumer<Outcome<List<String>>> answer) {
    zooKeeper.getChildren(
        chroot + path,
        watch == null ? null : new OnceWatcher(watch),
        (rc, _, _, names) -> hand(answer, read(rc, () -> List.copyOf(names))),
        null);
  }

  @Override
  public void close() {
    closed = true;
    // The client waits for the ensemble's answer, which may never come; we wait a little for it.
    Thread closer = Thread.ofPlatform().daemon().name("stoker-zookeeper-close").start(this::end);
    try {
      if (!closer.join(LONGEST_CLOSE)) {
        LOG.info("ZooKeeper does not answer: session 0x{} is left to time out", hex(id()));
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted while ZooKeeper's client closed", e);
    }
  }

  private void end() {
    try {
      zooKeeper.close();
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted while ZooKeeper's client closed", e);
    }
  }

  private void connectionChanged(WatchedEvent event) {
    if (event.getType() != Watcher.Event.EventType.None) {
      return;
    }
    switch (event.getState()) {
      case SyncConnected -> tell(SessionEvent.CONNECTED);
      case Disconnected -> tell(SessionEvent.DISCONNECTED);
      case Expired -> tell(SessionEvent.EXPIRED);
      case AuthFailed -> LOG.error("ZooKeeper refuses our credentials");
      default -> LOG.debug("ZooKeeper session 0x{}: {}", hex(id()), event.getState());
    }
  }

  /** Asked before anything else is, so that it takes effect before anything else does. */
  private void makeChroot() {
    for (int slash = chroot.indexOf('/', 1); slash > 0; slash = chroot.indexOf('/', slash + 1)) {
      makeAncestor(chroot.substring(0, slash));
    }
    if (!chroot.isEmpty()) {
      makeAncestor(chroot);
    }
  }

  private void makeAncestor(String path) {
    zooKeeper.create(
        path,
        new byte[0],
        EVERYBODY,
        CreateMode.PERSISTENT,
        (rc, _, _, _) -> {
          if (Code.get(rc) == Code.CONNECTIONLOSS && !closed) {
            makeAncestor(path);
          }
        },
        null);
  }

  private void tell(SessionEvent event) {
    lane.submit(() -> {
      if (!closed) {
        events.accept(event);
      }
    });
  }

  private <T> void hand(Consumer<Outcome<T>> answer, Outcome<T> outcome) {
    lane.submit(() -> answer.accept(outcome));
  }

  private Op operation(Change change) {
    String path = chroot + change.path();
    return switch (change) {
      case Change.Create(_, byte[] data, boolean ephemeral) ->
          Op.create(
              path, data, EVERYBODY, ephemeral ? CreateMode.EPHEMERAL : CreateMode.PERSISTENT);
      case Change.Set(_, byte[] data, int version) -> Op.setData(path, data, version);
      case Change.Delete(_, int version) -> Op.delete(path, version);
      case Change.Check(_, int version) -> Op.check(path, version);
    };
  }

  private static Outcome<Done> written(
      @Nullable Code code, int rc, @Nullable List<OpResult> results) {
    return code == Code.OK
        ? new Outcome.Ok<>(Done.DONE)
        : failure(code, rc, results == null ? 0 : firstFailed(results));
  }

  private static int firstFailed(List<OpResult> results) {
    for (int change = 0; change < results.size(); change++) {
      if (results.get(change) instanceof OpResult.ErrorResult error
          && error.getErr() != Code.OK.intValue()) {
        return change;
      }
    }
    return 0;
  }

  private interface Value<T> {
    T value();
  }

  private static <T> Outcome<T> read(int rc, Value<T> value) {
    Code code = Code.get(rc);
    return code == Code.OK ? new Outcome.Ok<>(value.value()) : failure(code, rc, 0);
  }

  private static Node nodeOf(byte @Nullable [] data, Stat stat) {
    return new Node(
        data == null ? new byte[0] : data,
        stat.getCzxid(),
        stat.getVersion(),
        stat.getEphemeralOwner());
  }

  private static <T> Outcome<T> failure(@Nullable Code code, int rc, int change) {
    return switch (code) {
      case NONODE -> new Outcome.NoNode<>(change);
      case BADVERSION -> new Outcome.BadVersion<>(change);
      case NODEEXISTS -> new Outcome.NodeExists<>(change);
      case NOTEMPTY -> new Outcome.NotEmpty<>(change);
      case SESSIONEXPIRED -> new Outcome.Expired<>();
      // Moved: another server has taken the session over; the client finds its way there.
      // Throttled: the server sheds load.
      case CONNECTIONLOSS, OPERATIONTIMEOUT, REQUESTTIMEOUT, SESSIONMOVED, THROTTLEDOP ->
          new Outcome.Unknown<>();
      case null -> new Outcome.Refused<>("ZooKeeper answered with the unknown code " + rc);
      default -> new Outcome.Refused<>("ZooKeeper answered " + code);
    };
  }

  private static String hex(long id) {
    return Long.toHexString(id);
  }

  /** ZooKeeper also calls watchers when the connection comes and goes; ours means its node. */
  private final class OnceWatcher implements Watcher {
    private final Runnable watch;
    private final AtomicBoolean fired = new AtomicBoolean();

    OnceWatcher(Runnable watch) {
      this.watch = watch;
    }

    @Override
    public void process(WatchedEvent event) {
      if (event.getType() != Event.EventType.None && fired.compareAndSet(false, true)) {
        lane.submit(watch);
      }
    }
  }
}
