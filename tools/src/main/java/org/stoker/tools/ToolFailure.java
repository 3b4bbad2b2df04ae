package org.stoker.tools;

/** A tool cannot go on, for a reason that one sentence explains. */
final class ToolFailure extends RuntimeException {
  ToolFailure(String message) {
    super(message);
  }
}
