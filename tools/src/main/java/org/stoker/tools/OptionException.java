package org.stoker.tools;

/**
 * The command line cannot be understood: an unknown option, or an argument missing or malformed.
 */
final class OptionException extends RuntimeException {
  OptionException(String message) {
    super(message);
  }

  @Override
  public String getMessage() {
    return String.valueOf(super.getMessage());
  }
}
