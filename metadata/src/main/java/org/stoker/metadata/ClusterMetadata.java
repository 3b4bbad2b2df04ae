package org.stoker.metadata;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stoker.base.ThreadSafe;
import org.stoker.base.Uuid;
import org.stoker.metadata.Outcome.Done;
import org.stoker.protocol.ErrorCode;

/**
 * A broker's part in the cluster: registers it, follows the log, stands for controller and serves
 * as one, and shows everybody the image. It outlives sessions: when one expires, another is opened
 * and everything but the image starts again.
 */
@ThreadSafe
public final class ClusterMetadata implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ClusterMetadata.class);

  // A change on its way to ZooKeeper is there in milliseconds. A client that waits for less would
  // be
  // told that it timed out, and then find it done.
  private static final long MIN_WRITE_MS = 1_000;

  private final MetadataConfig config;
  private final BrokerIdentity identity;
  private final CoordinationSession.Opener opener;
  private final MetadataWorld world;
  private final MetadataLane lane;
  private final Controller controller;
  private final ImagePublisher publisher = new ImagePublisher(ClusterImage.empty(""));
  private final CompletableFuture<ClusterImage> started = new CompletableFuture<>();
  private final FalseAlarms alarms;
  private final Map<Integer, Long> heartbeats = new ConcurrentHashMap<>();
  private final AtomicInteger connections = new AtomicInteger();
  // The fields below are confined to the lane.
  private final ArrayDeque<PendingCommand<?>> waiting = new ArrayDeque<>();
  private Consumer<RuntimeException> onFatal = _ -> {};
  private @Nullable SessionWork work;
  private boolean otherIsController;
  private boolean closed;

  public ClusterMetadata(
      MetadataConfig config,
      BrokerIdentity identity,
      CoordinationSession.Opener opener,
      MetadataWorld world,
      Controller controller) {
    this.config = config;
    this.identity = identity;
    this.opener = opener;
    this.world = world;
    this.lane = new MetadataLane(world.lane(), world.timers());
    this.controller = controller;
    this.alarms = new FalseAlarms(world.clock());
    publisher.addListener(alarms);
  }

  /**
   * Connects and registers. The future completes, on the lane, with the first image that has this
   * registration; it fails with {@link RegistrationRefusedException} if the broker may not take
   * part, and stays open for as long as ZooKeeper is away.
   *
   * @param onFatal is told if the broker loses its place for good after it had started
   */
  public CompletableFuture<ClusterImage> start(Consumer<RuntimeException> onFatal) {
    lane.submit(() -> {
      this.onFatal = onFatal;
      openSession();
    });
    return started;
  }

  /** The cluster as this broker last saw it; any thread may ask. */
  public ClusterImage image() {
    return publisher.image();
  }

  /** Differs from before whenever ZooKeeper has let this broker in, or told it of the cluster. */
  public long progress() {
    return connections.get() + image().offset();
  }

  /** Shows the listener the image of now, if there is one, and every later one, on the lane. */
  public void addListener(MetadataListener listener) {
    lane.submit(() -> publisher.addListener(listener));
  }

  /**
   * Asks the controller. The future completes on the lane, after the image that the reply speaks of
   * was published here: with NOT_CONTROLLER if another broker is the controller, and with
   * REQUEST_TIMED_OUT if nothing was decided in time or too many commands wait.
   */
  public <R> CompletableFuture<R> submit(Command<R> command, long timeoutMs) {
    var pending = new PendingCommand<>(command);
    lane.submit(() -> enqueue(pending, timeoutMs));
    return pending.future();
  }

  /** Completes, on the lane, with the first image that is as the condition says. */
  public CompletableFuture<ClusterImage> whenImage(Predicate<ClusterImage> condition) {
    var found = new CompletableFuture<ClusterImage>();
    lane.submit(() -> publisher.whenImage(condition, found::complete));
    return found;
  }

  /** What a broker tells the controller; refused if that is not this one. */
  public CompletableFuture<Heartbeat.Reply> heard(Heartbeat heartbeat) {
    var reply = new CompletableFuture<Heartbeat.Reply>();
    lane.submit(() -> {
      SessionWork current = work;
      ControllerService term = current == null ? null : current.service;
      Heartbeat.Reply answer =
          term == null ? Heartbeat.Reply.refused(ErrorCode.NOT_CONTROLLER) : term.heard(heartbeat);
      if (answer.error() == ErrorCode.NONE) {
        heartbeats.merge(heartbeat.brokerId(), 1L, Long::sum);
      }
      reply.complete(answer);
    });
    return reply;
  }

  /** How often that broker was heard by this controller: it lives if that grows. */
  public long heartbeatsOf(int brokerId) {
    return heartbeats.getOrDefault(brokerId, 0L);
  }

  /** How much evidence it takes to fence a broker. */
  public FalseAlarms alarms() {
    return alarms;
  }

  /** How far everybody has come with the log; null if this broker is not the controller. */
  public CompletableFuture<@Nullable MetadataQuorum> quorum() {
    var known = new CompletableFuture<@Nullable MetadataQuorum>();
    lane.submit(() -> {
      SessionWork current = work;
      ControllerService term = current == null ? null : current.service;
      known.complete(term == null ? null : term.quorum());
    });
    return known;
  }

  /** A broker that is known to have died need not be waited for if it was the controller. */
  public void foundDead(Uuid incarnation) {
    lane.submit(() -> {
      SessionWork current = work;
      if (current != null) {
        current.foundDead(incarnation);
      }
    });
  }

  /** Leaves the cluster, and returns when it has. */
  @Override
  public void close() {
    leave().join();
  }

  /** Leaves the cluster: the registration goes at once, what waits is answered. */
  public CompletableFuture<Void> leave() {
    var done = new CompletableFuture<Void>();
    lane.submit(() -> {
      closed = true;
      failWaiting(ErrorCode.NOT_CONTROLLER, "The broker is shutting down.");
      started.completeExceptionally(
          new RegistrationRefusedException("The broker stopped before it had registered."));
      SessionWork current = work;
      work = null;
      if (current != null) {
        current.stop();
        current.session.close();
      }
      done.complete(null);
    });
    return done;
  }

  private <R> void enqueue(PendingCommand<R> command, long timeoutMs) {
    if (closed || otherIsController) {
      command.fail(ErrorCode.NOT_CONTROLLER, "This broker is not the controller.");
      return;
    }
    if (waiting.size() >= config.mostCommands()) {
      command.fail(
          ErrorCode.REQUEST_TIMED_OUT,
          "More than " + config.mostCommands() + " changes to the cluster wait already.");
      return;
    }
    waiting.add(command);
    long waitMs = Math.max(0, timeoutMs);
    command.timeOutWith(lane.after(waitMs, () -> timeUp(command, waitMs)));
    SessionWork current = work;
    if (current != null) {
      current.serve();
    }
  }

  private <R> void timeUp(PendingCommand<R> command, long timeoutMs) {
    if (command.isDecided() && timeoutMs < MIN_WRITE_MS) {
      long leftMs = MIN_WRITE_MS - timeoutMs;
      command.timeOutWith(lane.after(leftMs, () -> timeUp(command, MIN_WRITE_MS)));
      return;
    }
    waiting.remove(command);
    command.fail(
        ErrorCode.REQUEST_TIMED_OUT,
        "The controller could not write the change within " + timeoutMs + " ms.");
  }

  private void failWaiting(ErrorCode error, String message) {
    while (!waiting.isEmpty()) {
      waiting.remove().fail(error, message);
    }
  }

  private void openSession() {
    if (!closed) {
      var next = new SessionWork();
      work = next;
      next.nameCluster();
    }
  }

  /** The broker is not part of the cluster any more, and trying again would not change that. */
  private void giveUp(RuntimeException cause) {
    if (closed) {
      return;
    }
    LOG.error("This broker cannot go on in the cluster: {}", cause.getMessage());
    SessionWork current = work;
    if (current != null) {
      current.stop();
    }
    if (!started.completeExceptionally(cause)) {
      onFatal.accept(cause);
    }
  }

  /** Everything that lasts as long as one session. */
  private final class SessionWork implements ControllerElection.Events, ControllerService.Office {
    private final CoordinationSession session;
    private @Nullable LogReader reader;
    private @Nullable BrokerRegistration registration;
    private @Nullable ControllerElection election;
    private @Nullable ControllerService service;
    private boolean stopped;

    SessionWork() {
      // Events come through the lane, and so not before this constructor has returned.
      session = opener.open(this::handle);
    }

    void handle(SessionEvent event) {
      switch (event) {
        case CONNECTED -> {
          connections.incrementAndGet();
          LOG.info("Connected to ZooKeeper, session 0x{}", hex(session.id()));
        }
        case DISCONNECTED ->
            LOG.warn("ZooKeeper is away: the cluster stays as it is until it is back");
        case EXPIRED -> {
          LOG.warn("ZooKeeper session 0x{} has expired: opening another", hex(session.id()));
          stop();
          session.close();
          if (work == this) {
            openSession();
          }
        }
      }
    }

    private static String hex(long id) {
      return Long.toHexString(id);
    }

    void stop() {
      stopped = true;
      if (reader != null) {
        reader.close();
      }
      if (registration != null) {
        registration.close();
      }
      if (election != null) {
        election.close();
      }
      if (service != null) {
        service.close();
        service = null;
      }
    }

    private void nameCluster() {
      if (stopped) {
        return;
      }
      session.get(
          MetadataPaths.CLUSTER,
          null,
          outcome -> {
            switch (outcome) {
              case Outcome.Ok<Node>(Node node) -> named(NodeText.parse(node.data()).text("id"));
              case Outcome.NoNode<Node> _ -> foundCluster();
              // The session's end is told by its event.
              case Outcome.Expired<Node> _ -> {}
              case Outcome.Refused<Node>(String reason) ->
                  giveUp(new RegistrationRefusedException(reason));
              default -> lane.retry(this::nameCluster);
            }
          });
    }

    private void foundCluster() {
      String clusterId = Uuid.random(world.seed()).toString();
      session.write(
          MetadataPaths.firstNodes(clusterId),
          outcome -> {
            switch (outcome) {
              case Outcome.Ok<Done> _, Outcome.NodeExists<Done> _ -> nameCluster();
              case Outcome.Refused<Done>(String reason) ->
                  giveUp(new RegistrationRefusedException(reason));
              default -> lane.retry(this::nameCluster);
            }
          });
    }

    private void named(String clusterId) {
      if (stopped) {
        return;
      }
      if (!publisher.image().clusterId().isEmpty()
          && !publisher.image().clusterId().equals(clusterId)) {
        giveUp(
            new RegistrationRefusedException(
                "ZooKeeper now holds cluster "
                    + clusterId
                    + ", and this broker belongs to "
                    + publisher.image().clusterId()));
        return;
      }
      publisher.nameCluster(clusterId);
      var log =
          new LogReader(session, lane, publisher, config.pollMs(), ClusterMetadata.this::giveUp);
      reader = log;
      log.start(() -> {});
      var mine =
          new BrokerRegistration(
              session, lane, identity, reason -> giveUp(new RegistrationRefusedException(reason)));
      registration = mine;
      mine.start(config.registrationPatienceMs(), this::registered);
    }

    private void registered(long brokerEpoch) {
      publisher.whenImage(
          image -> {
            BrokerImage broker = image.broker(identity.id());
            return broker != null && broker.epoch() == brokerEpoch;
          },
          started::complete);
      if (election == null && !stopped) {
        var standing = new ControllerElection(session, lane, identity, config.pollMs(), this);
        election = standing;
        standing.start();
      }
    }

    void foundDead(Uuid incarnation) {
      if (election != null) {
        election.foundDead(incarnation);
      }
    }

    void serve() {
      if (service != null) {
        service.serve();
      }
    }

    @Override
    public void elected(int epoch, Set<Uuid> dead) {
      otherIsController = false;
      endService();
      var term =
          new ControllerService(
              session,
              lane,
              config,
              controller,
              new LogWriter(
                  session, lane, world.clock(), epoch, identity.id(), config.entryBytes()),
              world.clock(),
              dead,
              this);
      service = term;
      term.start();
    }

    @Override
    public void deposed() {
      endService();
    }

    @Override
    public void otherIsController() {
      otherIsController = true;
      failWaiting(ErrorCode.NOT_CONTROLLER, "Another broker is the controller.");
    }

    private void endService() {
      if (service != null) {
        service.close();
        service = null;
      }
    }

    @Override
    public ImagePublisher publisher() {
      return publisher;
    }

    @Override
    public FalseAlarms alarms() {
      return alarms;
    }

    @Override
    public boolean resign() {
      return election != null && election.resign(config.liveness().mostSilenceMs());
    }

    @Override
    public void offer(List<LogEntry> entries) {
      if (reader != null) {
        reader.offer(entries);
      }
    }

    @Override
    public ArrayDeque<PendingCommand<?>> waiting() {
      return waiting;
    }

    @Override
    public void ended(boolean deposed) {
      service = null;
      if (deposed && election != null) {
        election.epochIsOver();
      }
    }
  }
}
