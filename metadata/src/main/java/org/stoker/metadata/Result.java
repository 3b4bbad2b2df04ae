package org.stoker.metadata;

import org.jspecify.annotations.Nullable;
import org.stoker.protocol.ErrorCode;

/** How one part of a command ended; the message says what the code alone does not. */
public record Result(ErrorCode error, @Nullable String message) {
  public static final Result OK = new Result(ErrorCode.NONE, null);

  public boolean isOk() {
    return error == ErrorCode.NONE;
  }
}
