package org.stoker.tools;

/** Ends parsing because only the version was asked for. */
final class VersionRequest extends RuntimeException {
  VersionRequest() {
    super("version requested");
  }
}
