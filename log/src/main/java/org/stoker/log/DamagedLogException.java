package org.stoker.log;

/**
 * A partition's directory cannot be opened without losing records that may have been acknowledged:
 * the partition stays offline until a person has looked at it. The message names file and position.
 */
public final class DamagedLogException extends Exception {
  private static final long serialVersionUID = 1L;

  DamagedLogException(String message) {
    super(message);
  }

  DamagedLogException(String message, Throwable cause) {
    super(message, cause);
  }
}
