package org.stoker.replication;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.stoker.base.ConfinedTo;
import org.stoker.base.TopicIdPartition;
import org.stoker.base.Uuid;
import org.stoker.protocol.ErrorCode;
import org.stoker.protocol.message.FetchRequest.FetchPartition;
import org.stoker.protocol.message.FetchRequest.FetchTopic;
import org.stoker.protocol.message.FetchRequest.ForgottenTopic;
import org.stoker.protocol.message.FetchResponse;

/**
 * The follower's side of a fetch session (KIP-227): remembers what it has told the leader, and says
 * in each request only what is different.
 */
@ConfinedTo(ReplicaFetcher.LANE)
final class FollowerSession {
  private static final int NO_SESSION = 0;
  private static final int FIRST_EPOCH = 0;

  private int id = NO_SESSION;
  private int epoch = FIRST_EPOCH;
  private Map<TopicIdPartition, FetchPartition> told = new LinkedHashMap<>();

  /** What a request says of its session. */
  record Part(int sessionId, int sessionEpoch, List<FetchTopic> topics, List<ForgottenTopic> gone) {
    Part {
      topics = List.copyOf(topics);
      gone = List.copyOf(gone);
    }
  }

  /** What must be said so that the leader answers for exactly these partitions. */
  Part next(Map<TopicIdPartition, FetchPartition> wanted) {
    boolean isFull = epoch == FIRST_EPOCH;
    Map<TopicIdPartition, FetchPartition> said = new LinkedHashMap<>();
    wanted.forEach((key, partition) -> {
      if (isFull || !partition.equals(told.get(key))) {
        said.put(key, partition);
      }
    });
    List<TopicIdPartition> gone = new ArrayList<>();
    if (!isFull) {
      told.keySet().stream().filter(key -> !wanted.containsKey(key)).forEach(gone::add);
    }
    told = new LinkedHashMap<>(wanted);
    return new Part(id, epoch, topics(said), forgotten(gone));
  }

  /** Whether the answer is about the session as this side knows it; otherwise it starts anew. */
  boolean accepts(FetchResponse response) {
    if (response.errorCode() != ErrorCode.NONE.code()) {
      reset();
      return false;
    }
    if (epoch == FIRST_EPOCH) {
      id = response.sessionId();
    } else if (response.sessionId() != id) {
      reset();
      return false;
    }
    // Without a session each request names everything.
    epoch = id == NO_SESSION ? FIRST_EPOCH : epoch == Integer.MAX_VALUE ? 1 : epoch + 1;
    return true;
  }

  /** The connection is another one, or the leader does not remember. */
  void reset() {
    id = NO_SESSION;
    epoch = FIRST_EPOCH;
    told = new LinkedHashMap<>();
  }

  private static List<FetchTopic> topics(Map<TopicIdPartition, FetchPartition> said) {
    Map<Uuid, FetchTopic> topics = new LinkedHashMap<>();
    said.forEach((key, partition) ->
        topics
            .computeIfAbsent(
                key.topicId(),
                topicId -> new FetchTopic().setTopicId(topicId).setPartitions(new ArrayList<>()))
            .partitions()
            .add(partition));
    return new ArrayList<>(topics.values());
  }

  private static List<ForgottenTopic> forgotten(List<TopicIdPartition> gone) {
    Map<Uuid, ForgottenTopic> topics = new LinkedHashMap<>();
    for (TopicIdPartition key : gone) {
      topics
          .computeIfAbsent(
              key.topicId(),
              topicId -> new ForgottenTopic().setTopicId(topicId).setPartitions(new ArrayList<>()))
          .partitions()
          .add(key.partition());
    }
    return new ArrayList<>(topics.values());
  }
}
