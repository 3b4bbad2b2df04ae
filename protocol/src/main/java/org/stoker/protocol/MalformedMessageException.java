package org.stoker.protocol;

/**
 * Bytes that are no message. It carries no stack trace: a stranger's bad bytes must stay cheap, and
 * where they were found says nothing about them.
 */
public final class MalformedMessageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public MalformedMessageException(String message) {
    super(message, null, false, false);
  }
}
