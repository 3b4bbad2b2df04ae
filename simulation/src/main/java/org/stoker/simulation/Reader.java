package org.stoker.simulation;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.stoker.base.ConfinedTo;
import org.stoker.base.Uuid;
import org.stoker.protocol.ErrorCode;
import org.stoker.protocol.Message;
import org.stoker.protocol.message.FetchRequest;
import org.stoker.protocol.message.FetchResponse;
import org.stoker.protocol.message.FetchResponse.PartitionData;
import org.stoker.protocol.message.ListOffsetsRequest;
import org.stoker.protocol.message.ListOffsetsResponse;
import org.stoker.protocol.message.ListOffsetsResponse.ListOffsetsPartitionResponse;
import org.stoker.protocol.message.MetadataResponse.MetadataResponsePartition;
import org.stoker.protocol.message.MetadataResponse.MetadataResponseTopic;
import org.stoker.records.BatchWalk;
import org.stoker.records.MemoryRecordBytes;
import org.stoker.records.RecordBytes;
import org.stoker.records.RecordCursor;

/** Reads everything that is committed of some topics, from the beginning, and notes it. */
@ConfinedTo(ConfinedTo.ONE_THREAD)
final class Reader {
  private static final int MOST_WAIT_MS = 300;
  private static final int MOST_BYTES = 1 << 20;
  private static final long EARLIEST = -2;

  private final Client client;
  private final History history;
  private final List<String> topics;
  private final Map<String, Place> places = new TreeMap<>();

  private static final class Place {
    final String topic;
    final Uuid topicId;
    final int index;
    long nextOffset;
    long highWatermark;
    boolean hasDoubted;

    Place(String topic, Uuid topicId, int index) {
      this.topic = topic;
      this.topicId = topicId;
      this.index = index;
    }

    History.Partition partition() {
      return new History.Partition(topicId, index);
    }
  }

  Reader(Client client, List<String> topics) {
    this.client = client;
    this.history = client.history();
    this.topics = topics;
  }

  void start() {
    client.refresh(topics, this::findPlaces);
  }

  private void findPlaces() {
    for (String name : topics) {
      MetadataResponseTopic topic = client.topic(name);
      if (topic != null) {
        for (MetadataResponsePartition partition : topic.partitions()) {
          places.computeIfAbsent(
              name + "-" + partition.partitionIndex(),
              _ -> {
                var place = new Place(name, topic.topicId(), partition.partitionIndex());
                client.later(10, () -> fetch(place));
                return place;
              });
        }
      }
    }
    client.later(2_000, this::start);
  }

  boolean reads(String topic) {
    return topics.contains(topic);
  }

  /** How far it has read of a partition; −1 if it does not know it. */
  long nextOffset(String topic, int index) {
    Place place = places.get(topic + "-" + index);
    return place == null ? -1 : place.nextOffset;
  }

  private interface OnAnswer {
    void answered(int leaderEpoch, @Nullable Message answer);
  }

  /** What is asked depends on the leader epoch; while nobody leads, it looks again. */
  private void askLeader(Place place, IntFunction<Message> request, OnAnswer onAnswer) {
    MetadataResponsePartition leader = client.leaderOf(place.topic, place.index);
    if (leader == null) {
      lookAgain(place);
      return;
    }
    int epoch = leader.leaderEpoch();
    client.ask(leader.leaderId(), request.apply(epoch), answer -> onAnswer.answered(epoch, answer));
  }

  private void fetch(Place place) {
    askLeader(
        place,
        epoch ->
            new FetchRequest()
                .setMaxWaitMs(MOST_WAIT_MS)
                .setMinBytes(1)
                .setMaxBytes(MOST_BYTES)
                .setSessionEpoch(-1)
                .setTopics(
                    List.of(
                        new FetchRequest.FetchTopic()
                            .setTopicId(place.topicId)
                            .setPartitions(
                                List.of(
                                    new FetchRequest.FetchPartition()
                                        .setPartition(place.index)
                                        .setCurrentLeaderEpoch(epoch)
                                        .setFetchOffset(place.nextOffset)
                                        .setPartitionMaxBytes(MOST_BYTES))))),
        (epoch, answer) -> answered(place, epoch, answer));
  }

  private void lookAgain(Place place) {
    client.after(20 + client.seed().nextInt(80), () -> client.refresh(topics, () -> fetch(place)));
  }

  private void answered(Place place, int leaderEpoch, @Nullable Message answer) {
    PartitionData data =
        answer instanceof FetchResponse response && !response.responses().isEmpty()
            ? response.responses().getFirst().partitions().getFirst()
            : null;
    if (data == null || data.errorCode() != 0) {
      if (data != null && data.errorCode() == ErrorCode.OFFSET_OUT_OF_RANGE.code()) {
        findStart(place);
      } else {
        lookAgain(place);
      }
      return;
    }
    history.logStart(client.name(), place.partition(), leaderEpoch, data.logStartOffset());
    history.highWatermark(client.name(), place.partition(), leaderEpoch, data.highWatermark());
    place.highWatermark = Math.max(place.highWatermark, data.highWatermark());
    take(place, data);
    client.later(20, () -> fetch(place));
  }

  /** What it wants next was deleted, or its leader has never had it. */
  private void findStart(Place place) {
    askLeader(
        place,
        epoch ->
            new ListOffsetsRequest()
                .setReplicaId(-1)
                .setTopics(
                    List.of(
                        new ListOffsetsRequest.ListOffsetsTopic()
                            .setName(place.topic)
                            .setPartitions(
                                List.of(
                                    new ListOffsetsRequest.ListOffsetsPartition()
                                        .setPartitionIndex(place.index)
                                        .setCurrentLeaderEpoch(epoch)
                                        .setTimestamp(EARLIEST))))),
        (_, answer) -> startFound(place, answer));
  }

  private void startFound(Place place, @Nullable Message answer) {
    ListOffsetsPartitionResponse found =
        answer instanceof ListOffsetsResponse response
            ? response.topics().getFirst().partitions().getFirst()
            : null;
    if (found != null && found.errorCode() == 0) {
      if (found.offset() > place.nextOffset
          && history.mayBeDeleted(place.partition(), found.offset() - 1)) {
        client.counters().count("readers that went on behind what was deleted");
        place.nextOffset = found.offset();
      } else {
        history.violation(
            "%s has read up to %d of %s-%d, and its leader does not have that"
                .formatted(client.name(), place.nextOffset, place.topic, place.index));
        return;
      }
    }
    lookAgain(place);
  }

  private void take(Place place, PartitionData data) {
    RecordBytes records = data.records();
    if (!(records instanceof MemoryRecordBytes memory)) {
      return;
    }
    ByteBuffer buffer = memory.buffer();
    var walk = new BatchWalk(buffer);
    while (walk.next()) {
      if (!walk.batch().isCrcRight()) {
        client.counters().count("damaged batches read");
        return;
      }
      boolean isDoubtful =
          walk.batch().baseOffset() > place.nextOffset
              || walk.batch().nextOffset() > data.highWatermark();
      if (isDoubtful && !place.hasDoubted) {
        // No checksum covers the offset: it may be a flipped bit, which is right the next time.
        place.hasDoubted = true;
        client.counters().count("damaged batches read");
        return;
      }
      place.hasDoubted = false;
      if (walk.batch().nextOffset() > data.highWatermark()) {
        history.violation(
            "%s read up to %d of %s-%d, and %d is committed"
                .formatted(
                    client.name(),
                    walk.batch().nextOffset(),
                    place.topic,
                    place.index,
                    data.highWatermark()));
      }
      try (RecordCursor cursor = new RecordCursor(MOST_BYTES)) {
        cursor.open(walk.batch());
        while (cursor.next()) {
          take(place, cursor);
        }
      }
    }
  }

  private void take(Place place, RecordCursor cursor) {
    if (cursor.offset() < place.nextOffset) {
      return;
    }
    if (cursor.offset() > place.nextOffset) {
      history.violation(
          "%s-%d goes on at %d after %d"
              .formatted(place.topic, place.index, cursor.offset(), place.nextOffset));
    }
    ByteBuffer value = cursor.value();
    String text = value == null ? "" : StandardCharsets.UTF_8.decode(value).toString();
    history.read(
        place.partition(), cursor.offset(), text.substring(0, Math.max(0, text.indexOf(':'))));
    place.nextOffset = cursor.offset() + 1;
  }
}
