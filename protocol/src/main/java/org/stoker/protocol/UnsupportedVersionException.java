package org.stoker.protocol;

/** A message was to be read or written in a version that cannot carry it. */
public final class UnsupportedVersionException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private UnsupportedVersionException(String message) {
    super(message);
  }

  public static UnsupportedVersionException of(String struct, short version) {
    return new UnsupportedVersionException(struct + " has no version " + version);
  }

  public static UnsupportedVersionException field(String struct, String field, short version) {
    return new UnsupportedVersionException(
        struct + " version " + version + " has no place for " + field + ", which is not default");
  }

  public static UnsupportedVersionException nullField(String struct, String field, short version) {
    return new UnsupportedVersionException(
        struct + " version " + version + " does not allow " + field + " to be null");
  }
}
