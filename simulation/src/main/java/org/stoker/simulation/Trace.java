package org.stoker.simulation;

import java.util.function.Consumer;
import java.util.function.Supplier;
import org.stoker.base.Clock;
import org.stoker.base.ConfinedTo;

/**
 * What happened in a run, in order: always as a hash, and as lines if somebody wants to read them.
 * Two runs of one seed have the same hash in any JVM, or the run was not decided by the seed alone.
 */
@ConfinedTo(ConfinedTo.ONE_THREAD)
final class Trace {
  private static final long FNV_OFFSET = 0xcbf29ce484222325L;
  private static final long FNV_PRIME = 0x100000001b3L;

  private final Clock clock;
  private final Consumer<String> reader;
  private final boolean isRead;
  private long hash = FNV_OFFSET;

  private Trace(Clock clock, Consumer<String> reader, boolean isRead) {
    this.clock = clock;
    this.reader = reader;
    this.isRead = isRead;
  }

  static Trace unread(Clock clock) {
    return new Trace(clock, _ -> {}, false);
  }

  boolean isRead() {
    return isRead;
  }

  static Trace readBy(Clock clock, Consumer<String> reader) {
    return new Trace(clock, reader, true);
  }

  /** Notes something that happens often; the line is made only if it is read. */
  void note(String what, long first, long second, Supplier<String> line) {
    mix(clock.monotonicNs());
    mix(what.hashCode());
    mix(first);
    mix(second);
    if (isRead) {
      write(what + " " + line.get());
    }
  }

  /** Notes something that happens now and then. */
  void note(String line) {
    mix(clock.monotonicNs());
    mix(line.hashCode());
    if (isRead) {
      write(line);
    }
  }

  /**
   * A broker logged something. The hash knows nothing of it: runs that nobody reads log nothing.
   */
  void logged(String line) {
    write(line);
  }

  private void write(String line) {
    reader.accept("%8d ms  %s".formatted(clock.monotonicMs(), line));
  }

  private void mix(long value) {
    for (int shift = 0; shift < Long.SIZE; shift += Byte.SIZE) {
      hash = (hash ^ (value >>> shift & 0xff)) * FNV_PRIME;
    }
  }

  long hash() {
    return hash;
  }
}
