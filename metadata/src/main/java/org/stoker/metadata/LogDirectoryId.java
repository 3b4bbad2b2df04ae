package org.stoker.metadata;

import org.stoker.base.Uuid;

/** The ids that stand for no particular log directory, as KIP-858 reserves them. */
public final class LogDirectoryId {
  /** Written before directories had ids. */
  static final Uuid MIGRATING = new Uuid(0L, 0L);

  /** The broker has not chosen yet. */
  static final Uuid UNASSIGNED = new Uuid(0L, 1L);

  /** The directory is broken or gone. */
  static final Uuid LOST = new Uuid(0L, 2L);

  // KIP-858 keeps the first hundred for meanings like those above.
  private static final long RESERVED_COUNT = 100;

  private LogDirectoryId() {}

  /** Whether the id stands for a meaning rather than for a directory. */
  public static boolean isReserved(Uuid id) {
    return id.mostSignificantBits() == 0
        && id.leastSignificantBits() >= 0
        && id.leastSignificantBits() < RESERVED_COUNT;
  }

  /**
   * Where a broker puts what is new: one with several directories chooses when it makes the log.
   */
  static Uuid firstChoice(BrokerImage broker) {
    return broker.logDirs().size() == 1 ? broker.logDirs().getFirst() : UNASSIGNED;
  }
}
