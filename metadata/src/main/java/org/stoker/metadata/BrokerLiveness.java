package org.stoker.metadata;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;
import org.stoker.base.ConfinedTo;

/**
 * When a controller last heard each broker, and whose silence has lasted too long. Sessions of
 * ZooKeeper tell the same, but later: theirs must outlast a server's restart.
 */
@ConfinedTo(MetadataLane.OWNER)
final class BrokerLiveness {
  private final long mostSilenceMs;
  private final ToIntFunction<BrokerImage> patience;
  private final Map<Integer, Heard> heard = new HashMap<>();

  /** What was heard of one registration. */
  private record Heard(long brokerEpoch, long atNs) {}

  /**
   * Hears nobody yet.
   *
   * @param mostSilenceMs {@code broker.session.timeout.ms}
   * @param patience how many times as long a broker may be silent
   */
  BrokerLiveness(long mostSilenceMs, ToIntFunction<BrokerImage> patience) {
    this.mostSilenceMs = mostSilenceMs;
    this.patience = patience;
  }

  /** This registration of a broker was heard. */
  void heard(int brokerId, long brokerEpoch, long nowNs) {
    heard.put(brokerId, new Heard(brokerEpoch, nowNs));
  }

  /**
   * Those who may lead and have been silent for too long. Who was never heard in its present
   * registration has as long from now on.
   */
  List<BrokerImage> silent(Collection<BrokerImage> brokers, long nowNs) {
    List<BrokerImage> silent = new ArrayList<>();
    for (BrokerImage broker : brokers) {
      Heard last = heard.get(broker.id());
      if (last == null || last.brokerEpoch() != broker.epoch()) {
        heard(broker.id(), broker.epoch(), nowNs);
      } else if (!broker.fenced() && nowNs - last.atNs() > mostSilenceMs(broker) * 1_000_000) {
        silent.add(broker);
      }
    }
    return silent;
  }

  /** How long this broker may be silent. */
  long mostSilenceMs(BrokerImage broker) {
    return mostSilenceMs * patience.applyAsInt(broker);
  }

  /** Whether it was heard so lately that it can hardly have fallen silent with the others. */
  boolean isHeardLately(BrokerImage broker, long nowNs) {
    Heard last = heard.get(broker.id());
    return last != null
        && last.brokerEpoch() == broker.epoch()
        && nowNs - last.atNs() <= mostSilenceMs * 1_000_000 / 2;
  }
}
