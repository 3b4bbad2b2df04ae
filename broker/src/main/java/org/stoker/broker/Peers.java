package org.stoker.broker;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.stoker.base.ThreadSafe;
import org.stoker.metadata.BrokerImage;
import org.stoker.metadata.ClusterImage;
import org.stoker.metadata.Endpoint;
import org.stoker.replication.PeerLink;

/** The other brokers, reached at the listener that brokers use among themselves. */
@ThreadSafe
final class Peers implements AutoCloseable {
  private static final String CLIENT_ID = "stoker-broker-";

  private final PeerNetwork network;
  private final Supplier<ClusterImage> image;
  private final int self;
  private final String listener;
  private final Map<Integer, Known> shared = new HashMap<>();

  private record Known(Endpoint endpoint, PeerLink link) {}

  /**
   * @param listener {@code inter.broker.listener.name}
   */
  Peers(PeerNetwork network, Supplier<ClusterImage> image, int self, String listener) {
    this.network = network;
    this.image = image;
    this.self = self;
    this.listener = listener;
  }

  /** A connection that is used for one thing alone. */
  PeerLink linkTo(Endpoint endpoint) {
    return network.connect(endpoint, CLIENT_ID + self);
  }

  /**
   * The connection to a broker that short requests share; null if the broker is not known, or does
   * not listen where brokers talk.
   */
  synchronized @Nullable PeerLink to(int brokerId) {
    BrokerImage broker = image.get().broker(brokerId);
    Endpoint endpoint = broker == null ? null : broker.endpoint(listener);
    Known known = shared.get(brokerId);
    if (known != null && !known.endpoint().equals(endpoint)) {
      known.link().close();
      shared.remove(brokerId);
      known = null;
    }
    if (known == null && endpoint != null) {
      known = new Known(endpoint, linkTo(endpoint));
      shared.put(brokerId, known);
    }
    return known == null ? null : known.link();
  }

  @Override
  public synchronized void close() {
    shared.values().forEach(known -> known.link().close());
    shared.clear();
  }
}
