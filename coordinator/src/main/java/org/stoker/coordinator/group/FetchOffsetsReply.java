package org.stoker.coordinator.group;

import java.util.List;
import org.stoker.base.Uuid;
import org.stoker.protocol.ErrorCode;

/** A group's offsets. */
public record FetchOffsetsReply(String groupId, ErrorCode error, List<Topic> topics) {
  public record Topic(String name, Uuid topicId, List<Partition> partitions) {}

  /**
   * How far one partition was consumed.
   *
   * @param offset -1 if the group has committed none
   */
  public record Partition(int partition, long offset, int leaderEpoch, String metadata) {
    static Partition unknown(int partition) {
      return new Partition(partition, -1, -1, "");
    }
  }

  static FetchOffsetsReply refused(ErrorCode error, String groupId) {
    return new FetchOffsetsReply(groupId, error, List.of());
  }
}
