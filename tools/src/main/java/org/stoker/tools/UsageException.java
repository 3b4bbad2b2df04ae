package org.stoker.tools;

/** The options do not fit together; the person who typed them is shown the usage. */
final class UsageException extends RuntimeException {
  private final transient OptionSet options;

  UsageException(OptionSet options, String message) {
    super(message);
    this.options = options;
  }

  OptionSet options() {
    return options;
  }
}
