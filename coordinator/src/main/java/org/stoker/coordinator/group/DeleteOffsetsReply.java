package org.stoker.coordinator.group;

import java.util.List;
import org.stoker.protocol.ErrorCode;

/** Which offsets were removed. */
public record DeleteOffsetsReply(ErrorCode error, List<Topic> topics) {
  public record Topic(String name, List<Partition> partitions) {}

  public record Partition(int partition, ErrorCode error) {}

  static DeleteOffsetsReply refused(ErrorCode error) {
    return new DeleteOffsetsReply(error, List.of());
  }
}
