package org.stoker.coordinator;

import java.util.Map;
import org.jspecify.annotations.Nullable;

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
