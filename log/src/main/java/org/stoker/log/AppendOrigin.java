package org.stoker.log;

/** Who appends, and so what the log checks and assigns. */
public enum AppendOrigin {
  /** A producer: offsets are assigned, its sequence is checked. */
  CLIENT,
  /** A coordinator of this broker: offsets are assigned, its epoch is checked. */
  COORDINATOR,
  /** The partition's leader on another broker: the bytes are kept as they are. */
  REPLICATION
}
