package org.stoker.coordinator.group;

/** What an offset is committed for. */
public record OffsetKey(String groupId, String topic, int partition) {}
