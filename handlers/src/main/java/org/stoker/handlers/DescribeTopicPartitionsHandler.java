package org.stoker.handlers;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.stoker.metadata.PartitionImage;
import org.stoker.metadata.TopicImage;
import org.stoker.network.Request;
import org.stoker.protocol.ErrorCode;
import org.stoker.protocol.message.DescribeTopicPartitionsRequest;
import org.stoker.protocol.message.DescribeTopicPartitionsRequest.TopicRequest;
import org.stoker.protocol.message.DescribeTopicPartitionsResponse;
import org.stoker.protocol.message.DescribeTopicPartitionsResponse.Cursor;
import org.stoker.protocol.message.DescribeTopicPartitionsResponse.DescribeTopicPartitionsResponsePartition;
import org.stoker.protocol.message.DescribeTopicPartitionsResponse.DescribeTopicPartitionsResponseTopic;

/** DescribeTopicPartitions: topics in the order of their names, a page at a time (KIP-966). */
final class DescribeTopicPartitionsHandler implements Handler {
  private final ClusterView cluster;
  private final int mostPartitions;

  DescribeTopicPartitionsHandler(ClusterView cluster, int mostPartitions) {
    this.cluster = cluster;
    this.mostPartitions = mostPartitions;
  }

  @Override
  public void handle(Request request) {
    DescribeTopicPartitionsRequest body = (DescribeTopicPartitionsRequest) request.body();
    DescribeTopicPartitionsRequest.Cursor from = body.cursor();
    if (from != null && from.partitionIndex() < 0) {
      request.closeConnection("DescribeTopicPartitions with a negative cursor");
      return;
    }
    int room = Math.clamp(body.responsePartitionLimit(), 1, mostPartitions);
    Page page = new Page(room);
    for (String name : names(body)) {
      if (from != null && name.compareTo(from.topicName()) < 0) {
        continue;
      }
      int first = from != null && name.equals(from.topicName()) ? from.partitionIndex() : 0;
      if (!page.add(name, first)) {
        break;
      }
    }
    request.respond(
        new DescribeTopicPartitionsResponse().setTopics(page.topics).setNextCursor(page.next));
  }

  private Iterable<String> names(DescribeTopicPartitionsRequest body) {
    var names = new TreeSet<String>();
    for (TopicRequest topic : body.topics()) {
      names.add(topic.name());
    }
    // No names stand for all topics.
    return names.isEmpty() ? new TreeSet<>(cluster.image().topicsByName().keySet()) : names;
  }

  /** What fits into one response. */
  private final class Page {
    private final List<DescribeTopicPartitionsResponseTopic> topics = new ArrayList<>();
    private int room;
    private @Nullable Cursor next;

    Page(int room) {
      this.room = room;
    }

    /** Adds a topic's partitions from {@code first} on; false when the page is full. */
    boolean add(String name, int first) {
      if (room == 0) {
        next = new Cursor().setTopicName(name).setPartitionIndex(first);
        return false;
      }
      TopicImage topic = cluster.image().topic(name);
      if (topic == null) {
        topics.add(
            new DescribeTopicPartitionsResponseTopic()
                .setErrorCode(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION.code())
                .setName(name));
        return true;
      }
      int end = (int) Math.min(topic.partitions().size(), (long) first + room);
      List<DescribeTopicPartitionsResponsePartition> partitions = new ArrayList<>();
      for (int index = first; index < end; index++) {
        partitions.add(describe(index, topic.partitions().get(index)));
      }
      room -= partitions.size();
      topics.add(
          new DescribeTopicPartitionsResponseTopic()
              .setName(name)
              .setTopicId(topic.id())
              .setIsInternal(ClusterView.isInternal(name))
              .setPartitions(partitions)
              .setTopicAuthorizedOperations(AllowedOperations.ON_A_TOPIC));
      if (end < topic.partitions().size()) {
        next = new Cursor().setTopicName(name).setPartitionIndex(end);
        return false;
      }
      return true;
    }
  }

  private DescribeTopicPartitionsResponsePartition describe(int index, PartitionImage partition) {
    boolean hasLeader = partition.leader() >= 0 && !cluster.isOffline(partition.leader());
    return new DescribeTopicPartitionsResponsePartition()
        .setErrorCode((hasLeader ? ErrorCode.NONE : ErrorCode.LEADER_NOT_AVAILABLE).code())
        .setPartitionIndex(index)
        .setLeaderId(hasLeader ? partition.leader() : PartitionImage.NO_LEADER)
        .setLeaderEpoch(partition.leaderEpoch())
        .setReplicaNodes(partition.replicas())
        .setIsrNodes(partition.isr())
        .setEligibleLeaderReplicas(partition.eligibleLeaderReplicas())
        .setLastKnownElr(partition.lastKnownEligibleLeaderReplicas())
        .setOfflineReplicas(cluster.offlineOf(partition.replicas()));
  }
}
