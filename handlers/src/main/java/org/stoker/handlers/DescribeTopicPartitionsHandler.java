package org.stoker.handlers;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.stoker.access.ResourceType;
import org.stoker.metadata.BrokerImage;
import org.stoker.metadata.ClusterImage;
import org.stoker.metadata.PartitionImage;
import org.stoker.metadata.TopicImage;
import org.stoker.metadata.TopicNames;
import org.stoker.network.RequestContext;
import org.stoker.protocol.ErrorCode;
import org.stoker.protocol.message.DescribeTopicPartitionsRequest;
import org.stoker.protocol.message.DescribeTopicPartitionsRequest.TopicRequest;
import org.stoker.protocol.message.DescribeTopicPartitionsResponse;
import org.stoker.protocol.message.DescribeTopicPartitionsResponse.Cursor;
import org.stoker.protocol.message.DescribeTopicPartitionsResponse.DescribeTopicPartitionsResponsePartition;
import org.stoker.protocol.message.DescribeTopicPartitionsResponse.DescribeTopicPartitionsResponseTopic;

/** DescribeTopicPartitions: topics in the order of their names, a page at a time (KIP-966). */
final class DescribeTopicPartitionsHandler implements Handler<DescribeTopicPartitionsRequest> {
  private final ClusterView cluster;
  private final int mostPartitions;

  DescribeTopicPartitionsHandler(ClusterView cluster, int mostPartitions) {
    this.cluster = cluster;
    this.mostPartitions = mostPartitions;
  }

  @Override
  public void handle(DescribeTopicPartitionsRequest body, RequestContext context) {
    DescribeTopicPartitionsRequest.Cursor from = body.cursor();
    ClusterImage image = cluster.image();
    SortedSet<String> names = names(body, image);
    if (from != null && !isPossible(from, body, names)) {
      context.respond(refusal(names(body, ClusterImage.empty(""))));
      return;
    }
    int room = Math.clamp(body.responsePartitionLimit(), 1, mostPartitions);
    Page page = new Page(image, context, room);
    for (String name : from == null ? names : names.tailSet(from.topicName())) {
      int first = from != null && name.equals(from.topicName()) ? from.partitionIndex() : 0;
      if (!page.add(name, first)) {
        break;
      }
    }
    context.respond(
        new DescribeTopicPartitionsResponse().setTopics(page.topics).setNextCursor(page.next));
  }

  /**
   * A cursor points to where a page ended: no partition below 0, no topic that is not asked for.
   */
  private static boolean isPossible(
      DescribeTopicPartitionsRequest.Cursor cursor,
      DescribeTopicPartitionsRequest body,
      SortedSet<String> names) {
    return cursor.partitionIndex() >= 0
        && (body.topics().isEmpty() || names.contains(cursor.topicName()));
  }

  private static DescribeTopicPartitionsResponse refusal(SortedSet<String> names) {
    return new DescribeTopicPartitionsResponse()
        .setTopics(
            names.stream()
                .map(name ->
                    new DescribeTopicPartitionsResponseTopic()
                        .setErrorCode(ErrorCode.INVALID_REQUEST.code())
                        .setName(name))
                .toList());
  }

  private static SortedSet<String> names(DescribeTopicPartitionsRequest body, ClusterImage image) {
    var names = new TreeSet<String>();
    for (TopicRequest topic : body.topics()) {
      names.add(topic.name());
    }
    // No names stand for all topics.
    return names.isEmpty() ? new TreeSet<>(image.topicsByName().keySet()) : names;
  }

  /** What fits into one response. */
  private static final class Page {
    private final ClusterImage image;
    private final RequestContext context;
    private final List<DescribeTopicPartitionsResponseTopic> topics = new ArrayList<>();
    private int room;
    private @Nullable Cursor next;

    Page(ClusterImage image, RequestContext context, int room) {
      this.image = image;
      this.context = context;
      this.room = room;
    }

    /** Adds a topic's partitions from {@code first} on; false when the page is full. */
    boolean add(String name, int first) {
      if (room == 0) {
        next = new Cursor().setTopicName(name).setPartitionIndex(first);
        return false;
      }
      TopicImage topic = image.topic(name);
      if (topic == null) {
        ErrorCode error =
            TopicNames.problemWith(name) == null
                ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
                : ErrorCode.INVALID_TOPIC_EXCEPTION;
        topics.add(
            new DescribeTopicPartitionsResponseTopic().setErrorCode(error.code()).setName(name));
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
              .setTopicAuthorizedOperations(
                  AllowedOperations.on(ResourceType.TOPIC, name, context)));
      if (end < topic.partitions().size()) {
        next = new Cursor().setTopicName(name).setPartitionIndex(end);
        return false;
      }
      return true;
    }

    /** Without a leader this is no error here, unlike in Metadata. */
    private DescribeTopicPartitionsResponsePartition describe(int index, PartitionImage partition) {
      BrokerImage leader = image.broker(partition.leader());
      boolean hasLeader =
          leader != null && !leader.fenced() && leader.endpoint(context.listenerName()) != null;
      return new DescribeTopicPartitionsResponsePartition()
          .setPartitionIndex(index)
          .setLeaderId(hasLeader ? partition.leader() : PartitionImage.NO_LEADER)
          .setLeaderEpoch(partition.leaderEpoch())
          .setReplicaNodes(partition.replicas())
          .setIsrNodes(partition.isr())
          .setEligibleLeaderReplicas(partition.eligibleLeaderReplicas())
          .setLastKnownElr(partition.lastKnownEligibleLeaderReplicas())
          .setOfflineReplicas(ClusterView.offlineReplicas(image, partition, context));
    }
  }
}
