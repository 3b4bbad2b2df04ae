package org.stoker.metadata;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.ToIntFunction;
import org.stoker.base.ConfinedTo;

/**
 * When a controller last heard each broker, and whose silence has lasted too long. Sessions of
 * ZooKeeper tell the same, but later: theirs must outlast a server's restart.
 *
 * <p>Silence is measured in the time in which the controller itself was able to listen: what its
 * own looks were late does not count. Where processes are late without having ended, the next
 * silence may last longer, up to a bound: a starved machine is not a dead one.
 */
@ConfinedTo(MetadataLane.OWNER)
final class BrokerLiveness {
  /** How much longer than usual the longest silence is that lateness explains. */
  static final int MAX_EXTENSION = 4;

  private static final int SILENCE_PER_LATENESS = 4;
  private static final int REMEMBERED_SILENCES = 8;
  // Lower than any broker's id.
  private static final int THE_CONTROLLER = -1;

  private final long mostSilenceNs;
  private final long heartbeatNs;
  private final long lookEveryNs;
  private final ToIntFunction<BrokerImage> patience;
  private final Map<Integer, Heard> heard = new HashMap<>();
  private final Lateness lateness;
  // What the controller's looks were late, all together, until the latest one.
  private long lateNs;
  private long lookedAtNs;

  /** What was heard of one registration, and how late the controller had been until then. */
  private record Heard(long brokerEpoch, long atNs, long lateNs) {}

  /**
   * Hears nobody yet.
   *
   * @param lookEveryMs how often {@link #silent} is asked
   * @param patience how many times as long a broker may be silent
   */
  BrokerLiveness(
      MetadataConfig.Liveness config,
      long lookEveryMs,
      ToIntFunction<BrokerImage> patience,
      long nowNs) {
    this.mostSilenceNs = TimeUnit.MILLISECONDS.toNanos(config.mostSilenceMs());
    this.heartbeatNs = TimeUnit.MILLISECONDS.toNanos(config.heartbeatMs());
    this.lookEveryNs = TimeUnit.MILLISECONDS.toNanos(lookEveryMs);
    this.patience = patience;
    this.lateness = new Lateness(REMEMBERED_SILENCES * mostSilenceNs);
    this.lookedAtNs = nowNs;
  }

  /** This registration of a broker was heard. */
  void heard(int brokerId, long brokerEpoch, long nowNs) {
    Heard last = heard.put(brokerId, new Heard(brokerEpoch, nowNs, lateNs(nowNs)));
    if (last != null && last.brokerEpoch() == brokerEpoch) {
      // A quarter of the interval is what a healthy network and a garbage collector take.
      lateness.was(brokerId, silenceNs(last, nowNs) - heartbeatNs * 5 / 4, nowNs);
    }
  }

  /** How late the controller was until now: a look that is due and was not taken counts already. */
  private long lateNs(long nowNs) {
    return lateNs + Math.max(0, nowNs - lookedAtNs - lookEveryNs);
  }

  private long silenceNs(Heard last, long nowNs) {
    return nowNs - last.atNs() - (lateNs(nowNs) - last.lateNs());
  }

  /**
   * Those who may lead and have been silent for too long. Who was never heard in its present
   * registration has as long from now on.
   */
  List<BrokerImage> silent(Collection<BrokerImage> brokers, long nowNs) {
    looked(nowNs);
    List<BrokerImage> silent = new ArrayList<>();
    for (BrokerImage broker : brokers) {
      Heard last = heard.get(broker.id());
      if (last == null || last.brokerEpoch() != broker.epoch()) {
        heard(broker.id(), broker.epoch(), nowNs);
      } else if (!broker.fenced() && silenceNs(last, nowNs) > mostSilenceNs(broker, nowNs)) {
        silent.add(broker);
      }
    }
    return silent;
  }

  private void looked(long nowNs) {
    long before = lateNs;
    lateNs = lateNs(nowNs);
    lookedAtNs = nowNs;
    lateness.was(THE_CONTROLLER, lateNs - before, nowNs);
  }

  /** How long this broker may be silent. */
  long mostSilenceMs(BrokerImage broker, long nowNs) {
    return TimeUnit.NANOSECONDS.toMillis(mostSilenceNs(broker, nowNs));
  }

  private long mostSilenceNs(BrokerImage broker, long nowNs) {
    long late = lateness.expectedOf(broker.id(), nowNs);
    return Math.max(
        mostSilenceNs * patience.applyAsInt(broker),
        Math.min(mostSilenceNs + SILENCE_PER_LATENESS * late, MAX_EXTENSION * mostSilenceNs));
  }

  /** Whether it was heard so lately that it can hardly have fallen silent with the others. */
  boolean isHeardLately(BrokerImage broker, long nowNs) {
    Heard last = heard.get(broker.id());
    return last != null
        && last.brokerEpoch() == broker.epoch()
        && silenceNs(last, nowNs) <= mostSilenceNs / 2;
  }
}
