package org.stoker.protocol;

/**
 * Bytes that may be a message, but one that would take more memory than its reader may. It carries
 * no stack trace, as {@link MalformedMessageException}.
 */
public final class MessageTooLargeException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public MessageTooLargeException(String message) {
    super(message, null, false, false);
  }
}
