package org.stoker.network;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.stoker.base.ThreadSafe;

/**
 * Bytes that may be held at a time; who asks for more waits in line, first come, first served.
 *
 * <p>Those who hold some already and need more to go on are served before those who hold nothing.
 * They could wait for each other for ever, so one of them at a time may exceed the budget: it holds
 * more than there is, and is done before the next one may.
 *
 * <p>A claim larger than the whole budget is granted when nothing else is held.
 */
@ThreadSafe
final class ByteBudget {
  private final long capacity;
  private final AtomicLong used = new AtomicLong();
  private final AtomicBoolean isExceeded = new AtomicBoolean();
  private final AtomicInteger looks = new AtomicInteger();
  // Written under the lock; read without it so that the usual claim takes no lock.
  private volatile int waiting;

  @GuardedBy("line")
  private final LinkedHashSet<Claim> line = new LinkedHashSet<>();

  @GuardedBy("line")
  private final LinkedHashSet<Claim> growing = new LinkedHashSet<>();

  ByteBudget(long capacity) {
    this.capacity = capacity;
  }

  /** The claim of somebody in line. */
  static final class Claim {
    private final long bytes;
    private final Runnable granted;
    private volatile boolean mayExceed;

    private Claim(long bytes, Runnable granted) {
      this.bytes = bytes;
      this.granted = granted;
    }

    /** Whether it was granted to the one that may exceed the budget. Asked once it is granted. */
    boolean mayExceed() {
      return mayExceed;
    }
  }

  /** Declines when the budget is spent, or when others are in line. */
  boolean tryReserve(long bytes) {
    return waiting == 0 && tryTake(bytes);
  }

  /** For one that holds some already; declines when the budget is spent. */
  boolean tryGrow(long bytes) {
    return tryTake(bytes);
  }

  /** As above, beyond the budget; declines while another one may. */
  boolean tryExceed(long bytes) {
    if (!isExceeded.compareAndSet(false, true)) {
      return false;
    }
    exceed(bytes);
    return true;
  }

  /** Takes more, by the one that may exceed. */
  void exceed(long bytes) {
    used.addAndGet(bytes);
  }

  /** The one that might exceed has released all it held. */
  void endExceeding() {
    isExceeded.set(false);
    if (waiting > 0) {
      grantNext();
    }
  }

  /**
   * Takes a place in line; {@code granted} runs once when the bytes are the caller's, on any
   * thread, perhaps before this returns.
   */
  Claim await(long bytes, Runnable granted) {
    return await(new Claim(bytes, granted), false);
  }

  /** As above, for one that holds some already. */
  Claim awaitGrowth(long bytes, Runnable granted) {
    return await(new Claim(bytes, granted), true);
  }

  private Claim await(Claim claim, boolean isGrowth) {
    synchronized (line) {
      (isGrowth ? growing : line).add(claim);
      waiting = line.size() + growing.size();
    }
    grantNext();
    return claim;
  }

  /** Leaves the line; declines when the claim was granted before, so the caller must release. */
  boolean tryCancel(Claim claim) {
    boolean removed;
    synchronized (line) {
      removed = line.remove(claim) || growing.remove(claim);
      waiting = line.size() + growing.size();
    }
    // The one behind may fit where this one did not.
    grantNext();
    return removed;
  }

  void release(long bytes) {
    long left = used.addAndGet(-bytes);
    if (left < 0) {
      throw new IllegalStateException("released " + bytes + " bytes more than held: " + left);
    }
    if (waiting > 0) {
      grantNext();
    }
  }

  long used() {
    return used.get();
  }

  long capacity() {
    return capacity;
  }

  boolean hasWaiters() {
    return waiting > 0;
  }

  /** Whether there is more than twice as much as is held, with these bytes. */
  boolean isPlentyWith(long bytes) {
    return waiting == 0 && used.get() + bytes <= capacity / 2;
  }

  /** Whoever is in here looks again for those who come meanwhile, so that grants do not nest. */
  private void grantNext() {
    if (looks.getAndIncrement() != 0) {
      return;
    }
    int seen = 1;
    do {
      for (Claim claim : takeGranted()) {
        claim.granted.run();
      }
      seen = looks.addAndGet(-seen);
    } while (seen != 0);
  }

  private List<Claim> takeGranted() {
    List<Claim> granted = new ArrayList<>(1);
    synchronized (line) {
      @Nullable Claim next = first(growing);
      while (next != null && (tryTake(next.bytes) || tryExceedBy(next))) {
        growing.remove(next);
        granted.add(next);
        next = first(growing);
      }
      while (growing.isEmpty() && !line.isEmpty() && tryTake(line.getFirst().bytes)) {
        granted.add(line.removeFirst());
      }
      waiting = line.size() + growing.size();
    }
    return granted;
  }

  private static @Nullable Claim first(SequencedSet<Claim> claims) {
    return claims.isEmpty() ? null : claims.getFirst();
  }

  private boolean tryExceedBy(Claim claim) {
    claim.mayExceed = tryExceed(claim.bytes);
    return claim.mayExceed;
  }

  private boolean tryTake(long bytes) {
    while (true) {
      long held = used.get();
      if (held != 0 && bytes > capacity - held) {
        return false;
      }
      if (used.compareAndSet(held, held + bytes)) {
        return true;
      }
    }
  }
}
