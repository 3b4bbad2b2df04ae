package org.stoker.metadata;

import java.util.List;

/** How an append to the log ended. */
sealed interface AppendOutcome {
  /** The entries are in the log, exactly once. */
  record Appended(List<LogEntry> entries) implements AppendOutcome {}

  /**
   * Another controller was elected: nothing more can be written, and of this perhaps a part was.
   */
  record Deposed() implements AppendOutcome {}

  /** The session is over, so this controller is; the next one finds out what was written. */
  record SessionOver() implements AppendOutcome {}
}
