package org.stoker.network;

import static java.util.Objects.requireNonNull;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.ThreadPerTaskExecutor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stoker.access.Authorizer;
import org.stoker.base.Clock;
import org.stoker.base.HeapBudget;
import org.stoker.base.LimitedExecutor;
import org.stoker.base.ThreadSafe;
import org.stoker.base.Timers;

/** Owns the event loops and the listeners; everything else in the broker runs on these loops. */
@ThreadSafe
public final class Network {
  private static final Logger log = LoggerFactory.getLogger(Network.class);
  private static final long LONGEST_WATCH_MS = 1_000;
  private static final long SHORTEST_WATCH_MS = 10;
  private static final int ANSWERS_DIVISOR = 2;
  private static final int MAX_LARGE_REQUESTS_AT_ONCE = 2;
  private static final int MAX_GROWTH = 4;

  private final Environment environment;
  private final Transport transport;
  private final MultiThreadIoEventLoopGroup loops;
  private final LoopChooser chooser;
  private final long watchMs;
  private final Map<EventExecutor, EventLoopContext> contexts = new LinkedHashMap<>();
  private final ConnectionGate gate;
  private final EventLoopTimers timers;
  private final List<Listener> listeners = new CopyOnWriteArrayList<>();

  /**
   * A network without listeners.
   *
   * @param workers decode and handle large requests, a few at a time
   * @param inFlight what requests and their answers may take of the heap together; answers half
   */
  public Network(
      NetworkConfig config,
      Clock clock,
      NetworkMetrics metrics,
      Executor workers,
      HeapBudget inFlight) {
    this(
        config,
        clock,
        metrics,
        workers,
        Transport.best(),
        inFlight,
        inFlight.part(inFlight.capacityBytes() / ANSWERS_DIVISOR));
  }

  Network(
      NetworkConfig config,
      Clock clock,
      NetworkMetrics metrics,
      Executor workers,
      Transport transport,
      HeapBudget requestHeap,
      HeapBudget answerHeap) {
    this.transport = transport;
    environment =
        new Environment(
            config,
            clock,
            metrics,
            new RequestMemory(config.requests().memoryBytes()),
            new RequestMemory(config.requests().memoryBytes()),
            requestHeap,
            new AnswerMemory(answerHeap, config.requests().memoryBytes()),
            new LimitedExecutor(workers, MAX_LARGE_REQUESTS_AT_ONCE),
            new BoundedLog(log, clock));
    gate = new ConnectionGate(config.connections(), clock);
    chooser = new LoopChooser(config.networkThreads());
    loops =
        new MultiThreadIoEventLoopGroup(
            MAX_GROWTH * config.networkThreads(),
            new ThreadPerTaskExecutor(new DefaultThreadFactory("stoker-network")),
            chooser,
            transport.newHandlerFactory());
    timers = new EventLoopTimers(loops);
    watchMs = watchMs(config);
    int index = 0;
    for (EventExecutor loop : loops) {
      contexts.put(loop, new EventLoopContext((EventLoop) loop, index++));
    }
    serveOn(config.networkThreads());
  }

  /**
   * New connections go to so many event loops from now on; what is open stays where it is. Not more
   * than four times those of the start. Any thread.
   *
   * @return how many there are now
   */
  public synchronized int serveOn(int threads) {
    int count = Math.min(threads, contexts.size());
    contexts.values().stream()
        .limit(count)
        .forEach(context -> context.startWatching(environment.clock(), watchMs));
    chooser.choosesAmong(count);
    return count;
  }

  /** Timers on the event loops. */
  public Timers timers() {
    return timers;
  }

  /** Requests to another broker, over a connection on one of the event loops. */
  public PeerClient peer(PeerClient.Target target) {
    EventLoopContext context = requireNonNull(contexts.get(loops.next()));
    return new PeerClient(environment, context, transport, target);
  }

  /** Tells when the process behind an address has gone, or does not listen there. */
  public PeerWatch watch(InetSocketAddress address, Runnable onEnd) {
    return new PeerWatch(loops, transport, address, onEnd);
  }

  /** Asks whether anybody listens. */
  public PortProbe probe() {
    return new PortProbe(loops, transport);
  }

  /** About how much of the heap decoded requests have claimed that are not answered. */
  long requestHeapHeld() {
    return environment.requestHeap().usedBytes();
  }

  /** About how much of the heap answers have claimed that are being built or not yet sent. */
  long answerHeapHeld() {
    return environment.answers().claimedBytes();
  }

  /** Bytes of requests that are being read or worked on. */
  public long requestBytesHeld() {
    return environment.memory().used();
  }

  /** Bounds new connections from now on; what is open stays open. Any thread. */
  public void limitConnections(ConnectionLimits limits) {
    gate.limit(limits);
  }

  public int connectionCount() {
    return gate.count();
  }

  /**
   * Binds an endpoint; clients are let in once the listener is started.
   *
   * @param versions what the listener serves
   * @param authorizer decides what its principals may do
   * @throws IOException if the address is taken, unknown or not ours; the message names it
   */
  public Listener listen(
      ListenerConfig config,
      ApiVersionsTable versions,
      RequestDispatcher dispatcher,
      Authorizer authorizer)
      throws IOException {
    var address =
        config.host().isEmpty()
            ? new InetSocketAddress(config.port())
            : new InetSocketAddress(InetAddress.getByName(config.host()), config.port());
    var service =
        new ListenerService(
            new RequestDecoder(versions, environment.requestHeap()), dispatcher, authorizer);
    ChannelFuture bound = bootstrap(config, service).bind(address).awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw new IOException(
          "listener "
              + config.name()
              + " cannot bind "
              + config.host()
              + ":"
              + config.port()
              + ": "
              + requireNonNull(bound.cause()).getMessage(),
          bound.cause());
    }
    var listener = new Listener(config, bound.channel());
    listeners.add(listener);
    log.info(
        "Listener {} ({}) is bound to {}",
        config.name(),
        config.securityProtocol(),
        listener.address());
    return listener;
  }

  /**
   * Ends every connection: nothing new is accepted or started, what was started may answer within
   * the bound, then all is closed. Returns when the event loops have ended; never called on one. A
   * second call does nothing.
   */
  public void stop(long boundMs) {
    if (loops.isShuttingDown()) {
      return;
    }
    listeners.forEach(Listener::stop);
    long deadlineNs = environment.clock().monotonicNs() + boundMs * 1_000_000;
    // What the acceptors handed over last is on its loop's queue before this.
    awaitCurrentTasks();
    List<Connection> open = connections().toList();
    open.forEach(Connection::startNothingMore);
    // Only then, so that no connection starts anything after the first one was closed.
    awaitCurrentTasks();
    open.forEach(Connection::closeWhenDrained);
    for (Connection connection : open) {
      long leftNs = Math.max(0, deadlineNs - environment.clock().monotonicNs());
      if (!connection.awaitClosed(leftNs)) {
        break;
      }
    }
    connections().forEach(connection -> connection.closeBecause("the broker stops"));
    var _ = loops.shutdownGracefully(0, Math.max(1_000, boundMs), TimeUnit.MILLISECONDS);
    loops.terminationFuture().awaitUninterruptibly();
    contexts.values().forEach(EventLoopContext::release);
    log.info("The network has stopped");
  }

  private ServerBootstrap bootstrap(ListenerConfig config, ListenerService service) {
    SocketConfig sockets = environment.config().sockets();
    var bootstrap =
        new ServerBootstrap()
            .group(loops)
            .channelFactory(transport::newServerChannel)
            .option(ChannelOption.SO_REUSEADDR, true)
            .option(ChannelOption.SO_BACKLOG, sockets.listenBacklogSize())
            .option(ChannelOption.AUTO_READ, false)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.SO_KEEPALIVE, true)
            .handler(new Acceptor(config, gate, environment, this::closeLeastRecentlyUsed))
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    connect(config, channel, service);
                  }
                });
    if (sockets.receiveBufferBytes() > 0) {
      // On the listening socket, so that the window is negotiated with it.
      bootstrap.option(ChannelOption.SO_RCVBUF, sockets.receiveBufferBytes());
    }
    if (sockets.sendBufferBytes() > 0) {
      bootstrap.childOption(ChannelOption.SO_SNDBUF, sockets.sendBufferBytes());
    }
    return bootstrap;
  }

  private void connect(ListenerConfig config, Channel channel, ListenerService service) {
    if (!(channel.localAddress() instanceof InetSocketAddress local)
        || !(channel.remoteAddress() instanceof InetSocketAddress client)) {
      // It was reset while it waited to be accepted.
      var _ = channel.close();
      return;
    }
    EventLoopContext context = requireNonNull(contexts.get(channel.eventLoop()));
    Peer peer = Peer.of(config, local, client, context.index(), context.nextConnectionNumber());
    new Connection(environment, context, channel, peer, service).open();
  }

  private void closeLeastRecentlyUsed() {
    connections()
        .filter(connection -> !connection.peer().listener().isInterBroker())
        .min(Comparator.comparingLong(Connection::lastUsedNs))
        .ifPresent(connection -> connection.closeBecause("a broker needs its place"));
  }

  private Stream<Connection> connections() {
    return contexts.values().stream().flatMap(context -> context.connections().stream());
  }

  /** Returns when every event loop has run what is on its queue now. */
  private void awaitCurrentTasks() {
    List<EventLoopContext> started =
        contexts.values().stream().filter(EventLoopContext::isWatching).toList();
    var passed = new CountDownLatch(started.size());
    started.forEach(context -> context.eventLoop().execute(passed::countDown));
    try {
      passed.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted while stopping", e);
    }
  }

  private static long watchMs(NetworkConfig config) {
    long shortest = Math.min(config.requests().readTimeoutMs(), config.requests().writeTimeoutMs());
    long maxIdleMs = config.connections().maxIdleMs();
    if (maxIdleMs >= 0) {
      shortest = Math.min(shortest, maxIdleMs);
    }
    return Math.clamp(shortest / 4, SHORTEST_WATCH_MS, LONGEST_WATCH_MS);
  }
}
