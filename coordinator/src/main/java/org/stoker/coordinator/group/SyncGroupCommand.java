package org.stoker.coordinator.group;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.stoker.coordinator.runtime.Bytes;

/**
 * A member asks for its assignment; the leader brings everybody's.
 *
 * @param protocolType null from clients that cannot send it (before version 5)
 */
public record SyncGroupCommand(
    String groupId,
    String memberId,
    @Nullable String groupInstanceId,
    int generationId,
    @Nullable String protocolType,
    @Nullable String protocolName,
    Map<String, Bytes> assignments) {}
