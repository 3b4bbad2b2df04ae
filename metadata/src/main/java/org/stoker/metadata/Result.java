package org.stoker.metadata;

import org.jspecify.annotations.Nullable;
import org.stoker.protocol.ErrorCode;

/** How one part of a command ended; the message says what the code alone does not. */
public record Result(ErrorCode error, @Nullable String message) {
  public static final Result OK = new Result(ErrorCode.NONE, null);

  /** Says no more than the code does. */
  static Result of(ErrorCode error) {
    return new Result(error, error.message());
  }

  public boolean isOk() {
    return error == ErrorCode.NONE;
  }
}
