package org.stoker.handlers;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stoker.base.StorageException;
import org.stoker.base.TopicPartition;
import org.stoker.base.Uuid;
import org.stoker.log.CorruptLogException;
import org.stoker.network.RequestContext;
import org.stoker.protocol.ErrorCode;
import org.stoker.protocol.message.ListOffsetsRequest;
import org.stoker.protocol.message.ListOffsetsRequest.ListOffsetsPartition;
import org.stoker.protocol.message.ListOffsetsRequest.ListOffsetsTopic;
import org.stoker.protocol.message.ListOffsetsResponse;
import org.stoker.protocol.message.ListOffsetsResponse.ListOffsetsPartitionResponse;
import org.stoker.protocol.message.ListOffsetsResponse.ListOffsetsTopicResponse;
import org.stoker.replication.OffsetReply;
import org.stoker.replication.Partition;

/** ListOffsets: where a partition begins and ends, and where it was at a time. */
final class ListOffsetsHandler implements Handler<ListOffsetsRequest> {
  private static final Logger LOG = LoggerFactory.getLogger(ListOffsetsHandler.class);
  private static final byte READ_COMMITTED = 1;
  private static final long LATEST = -1;
  private static final long EARLIEST = -2;
  private static final long MAX_TIMESTAMP = -3;
  private static final long EARLIEST_LOCAL = -4;
  // Tiers are not kept here: the last offset in one, and the first that waits for it, do not exist.
  private static final long LATEST_TIERED = -5;
  private static final long EARLIEST_PENDING_UPLOAD = -6;

  private static final short FIRST_VERSION_WITH_EPOCH = 4;
  private static final short FIRST_VERSION_WITH_OFFSET_NOT_AVAILABLE = 5;
  private static final short FIRST_VERSION_WITH_MAX_TIMESTAMP = 7;
  private static final short FIRST_VERSION_WITH_EARLIEST_LOCAL = 8;
  private static final short FIRST_VERSION_WITH_LATEST_TIERED = 9;
  private static final short FIRST_VERSION_WITH_PENDING_UPLOAD = 11;

  private final PartitionLookup lookup;
  private final Executor readers;

  ListOffsetsHandler(PartitionLookup lookup, Executor readers) {
    this.lookup = lookup;
    this.readers = readers;
  }

  @Override
  public void handle(ListOffsetsRequest body, RequestContext context) {
    if (mustRead(body)) {
      Answers.on(readers, context, () -> answer(context.version(), body));
    } else {
      context.respond(answer(context.version(), body));
    }
  }

  private static boolean mustRead(ListOffsetsRequest body) {
    return body.topics().stream()
        .flatMap(topic -> topic.partitions().stream())
        .anyMatch(
            partition -> partition.timestamp() >= 0 || partition.timestamp() == MAX_TIMESTAMP);
  }

  private ListOffsetsResponse answer(short version, ListOffsetsRequest body) {
    Set<TopicPartition> repeated = repeated(body);
    List<ListOffsetsTopicResponse> topics = new ArrayList<>();
    for (ListOffsetsTopic topic : body.topics()) {
      List<ListOffsetsPartitionResponse> partitions = new ArrayList<>();
      for (ListOffsetsPartition partition : topic.partitions()) {
        boolean isRepeated =
            repeated.contains(new TopicPartition(topic.name(), partition.partitionIndex()));
        OffsetReply reply =
            isRepeated
                ? new OffsetReply.Refused(ErrorCode.INVALID_REQUEST)
                : ask(version, body.isolationLevel(), topic.name(), partition);
        partitions.add(response(version, partition.partitionIndex(), reply));
      }
      topics.add(new ListOffsetsTopicResponse().setName(topic.name()).setPartitions(partitions));
    }
    return new ListOffsetsResponse().setTopics(topics);
  }

  /** What is asked twice is answered not at all: a client could not tell the answers apart. */
  private static Set<TopicPartition> repeated(ListOffsetsRequest body) {
    Set<TopicPartition> seen = new HashSet<>();
    Set<TopicPartition> repeated = new HashSet<>();
    for (ListOffsetsTopic topic : body.topics()) {
      for (ListOffsetsPartition partition : topic.partitions()) {
        TopicPartition name = new TopicPartition(topic.name(), partition.partitionIndex());
        if (!seen.add(name)) {
          repeated.add(name);
        }
      }
    }
    return repeated;
  }

  private static ListOffsetsPartitionResponse response(
      short version, int index, OffsetReply reply) {
    ListOffsetsPartitionResponse response =
        new ListOffsetsPartitionResponse().setPartitionIndex(index);
    return switch (reply) {
      case OffsetReply.Found(var timestamp, var offset, var leaderEpoch) ->
          response
              .setTimestamp(timestamp)
              .setOffset(offset)
              .setLeaderEpoch(version < FIRST_VERSION_WITH_EPOCH ? -1 : leaderEpoch);
      case OffsetReply.Refused(var error) ->
          response.setErrorCode(codeFor(version, error)).setTimestamp(-1).setOffset(-1);
    };
  }

  private static short codeFor(short version, ErrorCode error) {
    return error == ErrorCode.OFFSET_NOT_AVAILABLE
            && version < FIRST_VERSION_WITH_OFFSET_NOT_AVAILABLE
        ? ErrorCode.LEADER_NOT_AVAILABLE.code()
        : error.code();
  }

  private OffsetReply ask(
      short version, byte isolation, String topic, ListOffsetsPartition question) {
    Partition partition = lookup.find(Uuid.ZERO, topic, question.partitionIndex());
    ErrorCode error =
        partition == null
            ? lookup.errorOf(Uuid.ZERO, topic, question.partitionIndex())
            : partition.reads().leaderEpochError(question.currentLeaderEpoch());
    if (partition == null || error != ErrorCode.NONE) {
      return new OffsetReply.Refused(error);
    }
    try {
      OffsetReply reply =
          find(partition, question.timestamp(), version, isolation == READ_COMMITTED);
      return reply == null ? new OffsetReply.Refused(ErrorCode.UNSUPPORTED_VERSION) : reply;
    } catch (StorageException | CorruptLogException e) {
      LOG.debug("No offset of {} could be read", partition.topicPartition(), e);
      return new OffsetReply.Refused(ErrorCode.KAFKA_STORAGE_ERROR);
    }
  }

  /** Null if the version does not know the question. */
  private static @Nullable OffsetReply find(
      Partition partition, long timestamp, short version, boolean committedOnly) {
    if (timestamp >= 0) {
      return partition.reads().offsetForTimestamp(timestamp, committedOnly);
    }
    if (timestamp == LATEST) {
      return partition.reads().latestOffset(committedOnly);
    }
    if (timestamp == EARLIEST
        || (timestamp == EARLIEST_LOCAL && version >= FIRST_VERSION_WITH_EARLIEST_LOCAL)) {
      return partition.reads().earliestOffset();
    }
    if (timestamp == MAX_TIMESTAMP && version >= FIRST_VERSION_WITH_MAX_TIMESTAMP) {
      return partition.reads().offsetOfLargestTimestamp(committedOnly);
    }
    boolean isAboutTiers =
        (timestamp == LATEST_TIERED && version >= FIRST_VERSION_WITH_LATEST_TIERED)
            || (timestamp == EARLIEST_PENDING_UPLOAD
                && version >= FIRST_VERSION_WITH_PENDING_UPLOAD);
    return isAboutTiers ? new OffsetReply.Found(-1, -1, -1) : null;
  }
}
