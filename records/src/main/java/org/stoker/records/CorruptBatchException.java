package org.stoker.records;

import java.io.Serial;

/**
 * Bytes that claim to be a batch and are not.
 *
 * <p>It has no stack trace: the message holds the facts, and a client that sends garbage must not
 * be able to buy expensive work with it.
 */
public final class CorruptBatchException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  private final BatchFault fault;

  public CorruptBatchException(BatchFault fault, String message) {
    super(message, null, false, false);
    this.fault = fault;
  }

  public BatchFault fault() {
    return fault;
  }

  static CorruptBatchException record(String message) {
    return new CorruptBatchException(BatchFault.MALFORMED_RECORD, message);
  }
}
