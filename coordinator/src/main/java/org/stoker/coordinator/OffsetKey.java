package org.stoker.coordinator;

/** What an offset is committed for. */
public record OffsetKey(String groupId, String topic, int partition) {}
