package org.stoker.coordinator.group;

import org.jspecify.annotations.Nullable;

/** A member says that it lives. */
public record HeartbeatCommand(
    String groupId, String memberId, @Nullable String groupInstanceId, int generationId) {}
