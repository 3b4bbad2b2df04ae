package org.stoker.settings;

/** A value that is not allowed; the message names the key, the value and what is allowed. */
public final class ConfigException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public ConfigException(String message) {
    super(message);
  }

  static ConfigException wrongValue(ConfigKey key, String value) {
    String shown = key.isSensitive() ? "[hidden]" : value;
    return new ConfigException(
        "Invalid value "
            + shown
            + " for configuration "
            + key.name()
            + ": must be "
            + key.check().allowed(key.type()));
  }
}
