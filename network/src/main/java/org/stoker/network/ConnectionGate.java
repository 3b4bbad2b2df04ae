package org.stoker.network;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.stoker.base.Clock;
import org.stoker.base.ThreadSafe;

/** Counts connections, and decides about each new one as Kafka does. */
@ThreadSafe
final class ConnectionGate {
  private static final long NS_PER_SECOND = 1_000_000_000L;
  private static final long NS_PER_MS = 1_000_000L;

  private static final long NO_RATE_DELAY_MS = 1_000;

  private final Clock clock;

  @GuardedBy("this")
  private ConnectionLimits limits;

  @GuardedBy("this")
  private final Map<InetAddress, Integer> countOfAddress = new HashMap<>();

  @GuardedBy("this")
  private final Map<String, Integer> countOfListener = new HashMap<>();

  @GuardedBy("this")
  private final List<Runnable> waiting = new ArrayList<>();

  @GuardedBy("this")
  private int count;

  // Time saved up, of which each new connection costs its share of a second; at most a second.
  @GuardedBy("this")
  private long creditNs = NS_PER_SECOND;

  @GuardedBy("this")
  private long creditedAtNs;

  ConnectionGate(ConnectionLimits limits, Clock clock) {
    this.limits = limits;
    this.clock = clock;
    creditedAtNs = clock.monotonicNs();
  }

  /** Other bounds from now on; what waits is looked at again. */
  void limit(ConnectionLimits changed) {
    List<Runnable> woken;
    synchronized (this) {
      limits = changed;
      woken = List.copyOf(waiting);
      waiting.clear();
    }
    woken.forEach(Runnable::run);
  }

  /** What happens to a connection that was just accepted. */
  sealed interface Verdict {
    /** It is counted; {@code makesRoom}: another one has to go for it. */
    record Admitted(boolean makesRoom) implements Verdict {}

    /** It is closed: its address has as many as it may have. */
    record Refused(int limit) implements Verdict {}

    /** It waits, and no other is accepted, until one is closed. */
    record WaitForRoom() implements Verdict {}

    /** It waits, and no other is accepted, for so long. */
    record WaitFor(long delayMs) implements Verdict {}
  }

  /**
   * {@code hasRoom} runs once, on any thread, when the verdict was to wait and that has changed.
   */
  synchronized Verdict admit(ListenerConfig listener, InetAddress address, Runnable hasRoom) {
    long delayMs = creationDelayMs();
    if (delayMs > 0) {
      return new Verdict.WaitFor(delayMs);
    }
    boolean isFull = count >= limits.maxConnections();
    boolean isListenerFull =
        countOfListener.getOrDefault(listener.name(), 0) >= listener.maxConnections();
    if (isListenerFull || (isFull && !listener.isInterBroker())) {
      waiting.add(hasRoom);
      return new Verdict.WaitForRoom();
    }
    creditNs -= costNs();
    int limit = limits.maxConnectionsOf(address);
    if (countOfAddress.getOrDefault(address, 0) >= limit) {
      return new Verdict.Refused(limit);
    }
    count++;
    countOfAddress.merge(address, 1, Integer::sum);
    countOfListener.merge(listener.name(), 1, Integer::sum);
    return new Verdict.Admitted(isFull);
  }

  void left(ListenerConfig listener, InetAddress address) {
    List<Runnable> woken;
    synchronized (this) {
      count--;
      countOfAddress.computeIfPresent(address, (_, held) -> held == 1 ? null : held - 1);
      countOfListener.computeIfPresent(listener.name(), (_, held) -> held == 1 ? null : held - 1);
      woken = List.copyOf(waiting);
      waiting.clear();
    }
    woken.forEach(Runnable::run);
  }

  synchronized int count() {
    return count;
  }

  @GuardedBy("this")
  private long creationDelayMs() {
    long nowNs = clock.monotonicNs();
    creditNs = Math.min(NS_PER_SECOND, creditNs + (nowNs - creditedAtNs));
    creditedAtNs = nowNs;
    if (limits.maxCreationRate() == 0) {
      return NO_RATE_DELAY_MS;
    }
    long costNs = costNs();
    return creditNs >= costNs ? 0 : Math.ceilDiv(costNs - creditNs, NS_PER_MS);
  }

  @GuardedBy("this")
  private long costNs() {
    return NS_PER_SECOND / limits.maxCreationRate();
  }
}
