package org.stoker.metadata;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.stoker.base.Clock;
import org.stoker.base.ThreadSafe;
import org.stoker.base.Uuid;

/**
 * How often each broker was fenced lately without having ended: the more often that was, the more
 * evidence it takes the next time, so that one that comes and goes does not move its partitions to
 * and fro. A process that was started again begins anew; one that stops in order does not count.
 */
@ThreadSafe
public final class FalseAlarms implements MetadataListener {
  private static final long REMEMBERED_NS = TimeUnit.MINUTES.toNanos(1);
  private static final int MOST_DOUBLINGS = 3;

  private final Clock clock;
  private final Map<Integer, Fences> fences = new ConcurrentHashMap<>();

  private record Fences(Uuid incarnation, List<Long> timesNs) {
    Fences {
      timesNs = List.copyOf(timesNs);
    }
  }

  FalseAlarms(Clock clock) {
    this.clock = clock;
  }

  @Override
  public void imageChanged(MetadataDelta delta, ClusterImage image) {
    for (int id : delta.changedBrokers()) {
      BrokerImage before = delta.before().broker(id);
      BrokerImage after = image.broker(id);
      if (after == null) {
        fences.remove(id);
      } else if (before != null
          && before.incarnation().equals(after.incarnation())
          && !before.fenced()
          && after.fenced()
          && !after.inControlledShutdown()) {
        fenced(id, after.incarnation());
      }
    }
  }

  private void fenced(int broker, Uuid incarnation) {
    long nowNs = clock.monotonicNs();
    List<Long> times = new ArrayList<>(recent(broker, incarnation, nowNs));
    times.add(nowNs);
    if (times.size() > MOST_DOUBLINGS) {
      times.removeFirst();
    }
    fences.put(broker, new Fences(incarnation, times));
  }

  private List<Long> recent(int broker, Uuid incarnation, long nowNs) {
    Fences known = fences.get(broker);
    return known == null || !known.incarnation().equals(incarnation)
        ? List.of()
        : known.timesNs().stream().filter(time -> nowNs - time < REMEMBERED_NS).toList();
  }

  /** How many times the usual evidence it takes to fence this broker: 1, 2, 4 or 8. */
  public int evidenceFor(BrokerImage broker) {
    return 1 << recent(broker.id(), broker.incarnation(), clock.monotonicNs()).size();
  }
}
