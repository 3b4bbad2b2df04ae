package org.stoker.log;

/** A change to a log found the disk full: nothing is broken, and it may be tried again later. */
public final class NoRoomException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  NoRoomException(String message, Throwable cause) {
    super(message, cause);
  }
}
