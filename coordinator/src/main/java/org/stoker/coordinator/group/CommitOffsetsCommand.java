package org.stoker.coordinator.group;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.stoker.base.Uuid;

/**
 * A group has consumed up to here.
 *
 * @param generationId negative from consumers that manage their partitions themselves
 * @param retentionTimeMs -1 unless the client says how long to keep the offsets (versions 2 to 4)
 * @param knowsGroupIdNotFound whether the client understands that error (version 9)
 */
public record CommitOffsetsCommand(
    String groupId,
    String memberId,
    @Nullable String groupInstanceId,
    int generationId,
    long retentionTimeMs,
    boolean knowsGroupIdNotFound,
    List<Topic> topics) {
  public static final long BROKERS_RETENTION = -1;

  /**
   * A topic, by name and, from newer clients, by id.
   *
   * @param topicId {@link Uuid#ZERO} if the client named the topic (before version 10)
   */
  public record Topic(String name, Uuid topicId, List<Partition> partitions) {}

  /**
   * How far one partition was consumed.
   *
   * @param leaderEpoch -1 if the client does not know it
   */
  public record Partition(int partition, long offset, int leaderEpoch, @Nullable String metadata) {}
}
