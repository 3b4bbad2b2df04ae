package org.stoker.replication;

/** What the log directory of a partition says about writing, apart from the log itself. */
public interface WriteGate {
  /** Whether there is room on the disk; false refuses appends until there is. */
  boolean acceptsWrites();

  /** Whether the disk keeps up; false lets appends wait until the next sync of their partition. */
  boolean mayAppend();
}
