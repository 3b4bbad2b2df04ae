package org.stoker.handlers;

import java.util.ArrayList;
import java.util.List;
import org.stoker.base.Uuid;
import org.stoker.log.LeaderEpochHistory;
import org.stoker.network.RequestContext;
import org.stoker.protocol.ErrorCode;
import org.stoker.protocol.message.OffsetForLeaderEpochRequest;
import org.stoker.protocol.message.OffsetForLeaderEpochRequest.OffsetForLeaderPartition;
import org.stoker.protocol.message.OffsetForLeaderEpochRequest.OffsetForLeaderTopic;
import org.stoker.protocol.message.OffsetForLeaderEpochResponse;
import org.stoker.protocol.message.OffsetForLeaderEpochResponse.EpochEndOffset;
import org.stoker.protocol.message.OffsetForLeaderEpochResponse.OffsetForLeaderTopicResult;
import org.stoker.replication.Partition;

/**
 * OffsetForLeaderEpoch: where an epoch ended, so that a reader sees whether its log was cut
 * (KIP-320).
 */
final class OffsetForLeaderEpochHandler implements Handler<OffsetForLeaderEpochRequest> {
  private final PartitionLookup lookup;

  OffsetForLeaderEpochHandler(PartitionLookup lookup) {
    this.lookup = lookup;
  }

  @Override
  public void handle(OffsetForLeaderEpochRequest body, RequestContext context) {
    List<OffsetForLeaderTopicResult> topics = new ArrayList<>();
    for (OffsetForLeaderTopic topic : body.topics()) {
      topics.add(
          new OffsetForLeaderTopicResult()
              .setTopic(topic.topic())
              .setPartitions(
                  topic.partitions().stream()
                      .map(partition -> find(topic.topic(), partition))
                      .toList()));
    }
    context.respond(new OffsetForLeaderEpochResponse().setTopics(topics));
  }

  private EpochEndOffset find(String topic, OffsetForLeaderPartition asked) {
    EpochEndOffset answer = new EpochEndOffset().setPartition(asked.partition());
    Partition partition = lookup.find(Uuid.ZERO, topic, asked.partition());
    if (partition == null) {
      return answer.setErrorCode(lookup.errorOf(Uuid.ZERO, topic, asked.partition()).code());
    }
    ErrorCode error = partition.reads().leaderEpochError(asked.currentLeaderEpoch());
    if (error != ErrorCode.NONE) {
      return answer.setErrorCode(error.code());
    }
    LeaderEpochHistory.EpochEndOffset end =
        partition.log().endOffsetForLeaderEpoch(asked.leaderEpoch());
    return answer.setLeaderEpoch(end.epoch()).setEndOffset(end.endOffset());
  }
}
