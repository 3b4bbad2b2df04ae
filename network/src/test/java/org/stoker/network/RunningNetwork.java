package org.stoker.network;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.stoker.access.Authorizer;
import org.stoker.base.Clock;
import org.stoker.base.HeapBudget;
import org.stoker.base.SystemClock;
import org.stoker.protocol.Message;
import org.stoker.protocol.message.ApiVersionsRequest;
import org.stoker.protocol.message.ApiVersionsResponse;
import org.stoker.protocol.message.MetadataRequest;
import org.stoker.protocol.message.MetadataResponse;
import org.stoker.protocol.message.ProduceRequest;
import org.stoker.protocol.message.ProduceResponse;

/** A network with one listener on a free port of the loopback address, for the time of a test. */
final class RunningNetwork implements AutoCloseable {
  // As in the default heap, whatever the tests have.
  static final long HEAP_BYTES = 64 << 20;

  static final ApiVersionsTable EVERYTHING =
      (apiKey, version) -> apiKey.hasVersions() && apiKey.supports(version);

  /** Answers at once, on the event loop, with empty responses. */
  static final RequestDispatcher ANSWERING = request -> request.respond(emptyResponse(request));

  private static final long PATIENCE_NS = 30_000_000_000L;

  private final Network network;
  private final NetworkMetrics metrics = new NetworkMetrics();
  private final Listener listener;
  private final List<RawClient> clients = new CopyOnWriteArrayList<>();

  private RunningNetwork(
      NetworkConfig config, Clock clock, Transport transport, RequestDispatcher dispatcher)
      throws IOException {
    network =
        new Network(
            config,
            clock,
            metrics,
            ForkJoinPool.commonPool(),
            transport,
            new HeapBudget(HEAP_BYTES),
            new HeapBudget(HEAP_BYTES));
    listener =
        network.listen(
            ListenerConfig.plaintext("PLAINTEXT", "127.0.0.1", 0),
            EVERYTHING,
            dispatcher,
            Authorizer.ALLOWS_ALL);
    listener.start();
  }

  static RunningNetwork with(RequestDispatcher dispatcher) throws IOException {
    return with(NetworkConfig.defaults(), dispatcher);
  }

  static RunningNetwork with(NetworkConfig config, RequestDispatcher dispatcher)
      throws IOException {
    return new RunningNetwork(config, new SystemClock(), Transport.best(), dispatcher);
  }

  static RunningNetwork with(NetworkConfig config, Clock clock, RequestDispatcher dispatcher)
      throws IOException {
    return new RunningNetwork(config, clock, Transport.best(), dispatcher);
  }

  static RunningNetwork on(Transport transport, RequestDispatcher dispatcher) throws IOException {
    return new RunningNetwork(NetworkConfig.defaults(), new SystemClock(), transport, dispatcher);
  }

  static NetworkConfig config(RequestLimits requests) {
    return new NetworkConfig(2, SocketConfig.defaults(), requests, ConnectionLimits.defaults());
  }

  static NetworkConfig config(ConnectionLimits connections) {
    return new NetworkConfig(2, SocketConfig.defaults(), RequestLimits.defaults(), connections);
  }

  static ConnectionLimits unlimited(long maxIdleMs) {
    return new ConnectionLimits(
        Integer.MAX_VALUE, Integer.MAX_VALUE, Map.of(), Integer.MAX_VALUE, maxIdleMs);
  }

  static Message emptyResponse(RequestContext request) {
    return switch (request.body()) {
      case ApiVersionsRequest _ -> new ApiVersionsResponse().setApiKeys(List.of());
      case MetadataRequest _ -> new MetadataResponse();
      case ProduceRequest _ -> new ProduceResponse();
      default -> throw new IllegalArgumentException("no answer to " + request);
    };
  }

  Network network() {
    return network;
  }

  NetworkMetrics metrics() {
    return metrics;
  }

  Listener listener() {
    return listener;
  }

  int port() {
    return listener.port();
  }

  /** A client that is closed together with the network, if not before. */
  RawClient connect() throws IOException {
    return connect(0);
  }

  /** A client with a small receive buffer, which fills up soon when nobody reads. */
  RawClient connect(int receiveBufferBytes) throws IOException {
    RawClient client = RawClient.connect(port(), receiveBufferBytes);
    clients.add(client);
    return client;
  }

  /** Waits for what the network brings about on its own threads, with a generous bound. */
  static void await(String what, BooleanSupplier condition) {
    Clock clock = new SystemClock();
    long deadlineNs = clock.monotonicNs() + PATIENCE_NS;
    while (!condition.getAsBoolean()) {
      if (clock.monotonicNs() > deadlineNs) {
        throw new AssertionError("never happened: " + what);
      }
      LockSupport.parkNanos(200_000);
    }
  }

  @Override
  public void close() throws IOException {
    for (RawClient client : clients) {
      client.close();
    }
    network.stop(0);
  }
}
