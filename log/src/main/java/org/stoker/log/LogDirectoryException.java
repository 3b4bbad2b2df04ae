package org.stoker.log;

/** A log directory cannot be used, for a reason that a person can act on; the message says it. */
public final class LogDirectoryException extends Exception {
  private static final long serialVersionUID = 1L;

  LogDirectoryException(String message) {
    super(message);
  }

  public LogDirectoryException(String message, Throwable cause) {
    super(message, cause);
  }
}
