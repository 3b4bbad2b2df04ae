package org.stoker.coordinator.group;

import org.jspecify.annotations.Nullable;
import org.stoker.coordinator.runtime.Bytes;
import org.stoker.protocol.ErrorCode;

/** A member's assignment. */
public record SyncGroupReply(
    ErrorCode error,
    @Nullable String protocolType,
    @Nullable String protocolName,
    Bytes assignment) {
  static SyncGroupReply refused(ErrorCode error) {
    return new SyncGroupReply(error, null, null, Bytes.EMPTY);
  }
}
