package org.stoker.metadata;

import org.stoker.base.Uuid;

/** The ids that stand for no particular log directory, as KIP-858 reserves them. */
final class LogDirectoryId {
  /** Written before directories had ids. */
  static final Uuid MIGRATING = new Uuid(0L, 0L);

  /** The broker has not chosen yet. */
  static final Uuid UNASSIGNED = new Uuid(0L, 1L);

  private LogDirectoryId() {}
}
