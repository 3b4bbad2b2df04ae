package org.stoker.tools;

/** The work itself failed, after a good command line: said on standard output, exit code 1. */
final class ActionFailed extends RuntimeException {
  ActionFailed(String message) {
    super(message);
  }
}
