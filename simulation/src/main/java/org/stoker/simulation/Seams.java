package org.stoker.simulation;

import org.stoker.base.Disk;
import org.stoker.metadata.CoordinationSession;

/** Where a test may put something that breaks its promise, to see that it is found. */
interface Seams {
  /** Nothing is broken. */
  Seams SOUND = new Seams() {};

  /** Whether anything goes wrong. */
  default boolean faults() {
    return true;
  }

  /** How long each task of each broker waits for a processor while things go wrong. */
  default int starvationMs() {
    return 0;
  }

  default Disk disk(int broker, Disk disk) {
    return disk;
  }

  default CoordinationSession session(int broker, CoordinationSession session) {
    return session;
  }

  /** Whether the ensemble checks the versions of what is written. */
  default boolean checksVersions() {
    return true;
  }
}
