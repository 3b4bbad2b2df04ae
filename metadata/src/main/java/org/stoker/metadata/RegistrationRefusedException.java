package org.stoker.metadata;

/** This broker cannot take part in the cluster; the message is a sentence for its operator. */
public final class RegistrationRefusedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  RegistrationRefusedException(String message) {
    super(message);
  }
}
