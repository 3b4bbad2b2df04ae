package org.stoker.broker;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.stoker.metadata.Endpoint;
import org.stoker.replication.PeerLink;

/** The way to other brokers: sockets, or a simulation of them. */
public interface PeerNetwork {
  /**
   * Requests to whoever listens there; connects when the first one is sent.
   *
   * @param clientId what the other one is told about who asks
   */
  PeerLink connect(Endpoint endpoint, String clientId);

  /**
   * Connects and says nothing.
   *
   * @param onEnd called once if this side did not close it: the other side has, or was not reached
   */
  Watch watch(Endpoint endpoint, Runnable onEnd);

  /**
   * True if nobody listens at any of these addresses, each time it is asked; silence is no refusal.
   *
   * @param times how often, a little apart
   */
  CompletableFuture<Boolean> allRefuse(List<Endpoint> endpoints, int times);

  /** A connection that is there to end. */
  interface Watch extends AutoCloseable {
    @Override
    void close();
  }
}
