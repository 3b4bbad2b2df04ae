package org.stoker.log;

/** A timestamp and the offset of the record, or batch, that carries it. */
public record TimestampOffset(long timestamp, long offset) {
  /** The timestamp of nothing. */
  public static final long NO_TIMESTAMP = -1L;
}
