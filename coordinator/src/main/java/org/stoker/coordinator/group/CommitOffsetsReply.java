package org.stoker.coordinator.group;

import java.util.List;
import org.stoker.base.Uuid;
import org.stoker.protocol.ErrorCode;

/** What became of each committed offset. */
public record CommitOffsetsReply(List<Topic> topics) {
  public record Topic(String name, Uuid topicId, List<Partition> partitions) {}

  public record Partition(int partition, ErrorCode error) {}

  static CommitOffsetsReply refused(ErrorCode error, CommitOffsetsCommand command) {
    return new CommitOffsetsReply(
        command.topics().stream()
            .map(topic ->
                new Topic(
                    topic.name(),
                    topic.topicId(),
                    topic.partitions().stream()
                        .map(partition -> new Partition(partition.partition(), error))
                        .toList()))
            .toList());
  }
}
