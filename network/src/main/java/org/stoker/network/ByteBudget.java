package org.stoker.network;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.stoker.base.ThreadSafe;

/**
 * Bytes that may be held at a time; who asks for more waits in line, first come, first served.
 *
 * <p>A claim larger than the whole budget is granted when nothing else is held, so that it waits
 * its turn and then is alone.
 */
@ThreadSafe
final class ByteBudget {
  private final long capacity;
  private final AtomicLong used = new AtomicLong();
  private final AtomicInteger looks = new AtomicInteger();
  // Written under the lock; read without it so that the usual claim takes no lock.
  private volatile int waiting;

  @GuardedBy("line")
  private final LinkedHashSet<Claim> line = new LinkedHashSet<>();

  ByteBudget(long capacity) {
    this.capacity = capacity;
  }

  /** The claim of somebody in line. */
  static final class Claim {
    private final long bytes;
    private final Runnable granted;

    private Claim(long bytes, Runnable granted) {
      this.bytes = bytes;
      this.granted = granted;
    }
  }

  /** Declines when the budget is spent, or when others are in line. */
  boolean tryReserve(long bytes) {
    return waiting == 0 && tryTake(bytes);
  }

  /**
   * Takes a place in line; {@code granted} runs once when the bytes are the caller's, on any
   * thread, perhaps before this returns.
   */
  Claim await(long bytes, Runnable granted) {
    Claim claim = new Claim(bytes, granted);
    synchronized (line) {
      line.add(claim);
      waiting = line.size();
    }
    grantNext();
    return claim;
  }

  /** Leaves the line; declines when the claim was granted before, so the caller must release. */
  boolean tryCancel(Claim claim) {
    boolean removed;
    synchronized (line) {
      removed = line.remove(claim);
      waiting = line.size();
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
      while (!line.isEmpty() && tryTake(line.getFirst().bytes)) {
        granted.add(line.removeFirst());
      }
      waiting = line.size();
    }
    return granted;
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
