package org.stoker.base;

/**
 * A partition of one topic and of no other: a topic that is deleted and made again has the same
 * name, and another id.
 *
 * @param partition 0 and up
 */
public record TopicIdPartition(Uuid topicId, int partition) {}
