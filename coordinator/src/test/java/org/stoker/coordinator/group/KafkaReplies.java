package org.stoker.coordinator.group;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.LeaveGroupResponseData;
import org.apache.kafka.common.message.OffsetCommitResponseData;
import org.apache.kafka.common.message.OffsetDeleteResponseData;
import org.stoker.coordinator.runtime.Bytes;
import org.stoker.protocol.ErrorCode;

/** Kafka's answers in our words. */
final class KafkaReplies {
  private KafkaReplies() {}

  static JoinGroupReply reply(JoinGroupResponseData data) {
    return new JoinGroupReply(
        error(data.errorCode()),
        data.generationId(),
        data.protocolType(),
        data.protocolName(),
        data.leader(),
        data.skipAssignment(),
        data.memberId(),
        data.members().stream()
            .map(member ->
                new JoinGroupReply.Member(
                    member.memberId(), member.groupInstanceId(), Bytes.of(member.metadata())))
            .toList());
  }

  static LeaveGroupReply reply(LeaveGroupResponseData data) {
    return new LeaveGroupReply(
        error(data.errorCode()),
        data.members().stream()
            .map(member ->
                new LeaveGroupReply.LeftMember(
                    member.memberId(), member.groupInstanceId(), error(member.errorCode())))
            .toList());
  }

  static CommitOffsetsReply reply(OffsetCommitResponseData data) {
    return new CommitOffsetsReply(
        data.topics().stream()
            .map(topic ->
                new CommitOffsetsReply.Topic(
                    topic.name(),
                    uuid(topic.topicId()),
                    topic.partitions().stream()
                        .map(partition ->
                            new CommitOffsetsReply.Partition(
                                partition.partitionIndex(), error(partition.errorCode())))
                        .toList()))
            .toList());
  }

  static DeleteOffsetsReply reply(OffsetDeleteResponseData data) {
    return new DeleteOffsetsReply(
        error(data.errorCode()),
        data.topics().stream()
            .map(topic ->
                new DeleteOffsetsReply.Topic(
                    topic.name(),
                    topic.partitions().stream()
                        .map(partition ->
                            new DeleteOffsetsReply.Partition(
                                partition.partitionIndex(), error(partition.errorCode())))
                        .toList()))
            .toList());
  }

  static ErrorCode error(short code) {
    return ErrorCode.forCode(code);
  }

  static Uuid uuid(org.stoker.base.Uuid uuid) {
    return new Uuid(uuid.mostSignificantBits(), uuid.leastSignificantBits());
  }

  static org.stoker.base.Uuid uuid(Uuid uuid) {
    return new org.stoker.base.Uuid(uuid.getMostSignificantBits(), uuid.getLeastSignificantBits());
  }
}
