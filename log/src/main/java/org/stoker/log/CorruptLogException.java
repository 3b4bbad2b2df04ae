package org.stoker.log;

/** A question could not be answered because batches on the disk are damaged; says which. */
public final class CorruptLogException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  CorruptLogException(String message) {
    super(message);
  }

  CorruptLogException(String message, Throwable cause) {
    super(message, cause);
  }
}
