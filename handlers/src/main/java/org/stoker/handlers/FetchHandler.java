package org.stoker.handlers;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.stoker.base.Timers;
import org.stoker.base.Uuid;
import org.stoker.metadata.ClusterImage;
import org.stoker.metadata.TopicImage;
import org.stoker.network.Request;
import org.stoker.protocol.ErrorCode;
import org.stoker.protocol.message.FetchRequest;
import org.stoker.protocol.message.FetchRequest.FetchPartition;
import org.stoker.protocol.message.FetchRequest.FetchTopic;
import org.stoker.protocol.message.FetchRequest.ForgottenTopic;
import org.stoker.protocol.message.FetchResponse;
import org.stoker.replication.FetchPosition;
import org.stoker.replication.FetchSessions;
import org.stoker.replication.FetchSessions.Begun;

/**
 * Fetch: finds what the fetcher wants, in its session or in the request, and lets {@link FetchWork}
 * read it.
 */
final class FetchHandler implements Handler {
  private static final int FIRST_VERSION_WITH_IDS = 13;

  private final Supplier<ClusterImage> image;
  private final FetchSessions sessions;
  private final FetchWork.Setting setting;

  FetchHandler(
      Supplier<ClusterImage> image,
      PartitionLookup lookup,
      ReadReplicas readReplicas,
      FetchSessions sessions,
      Executor readers,
      Timers timers,
      int mostBytes) {
    this.image = image;
    this.sessions = sessions;
    this.setting = new FetchWork.Setting(lookup, readReplicas, readers, timers, mostBytes);
  }

  @Override
  public void handle(Request request) {
    FetchRequest body = (FetchRequest) request.body();
    boolean usesIds = request.version() >= FIRST_VERSION_WITH_IDS;
    List<FetchPosition> positions = positions(body, usesIds);
    Begun begun =
        sessions.begin(
            new FetchSessions.Ask(
                body.sessionId(),
                body.sessionEpoch(),
                usesIds,
                isFollower(body),
                positions,
                forgotten(body, usesIds)));
    switch (begun) {
      case Begun.WithoutSession() ->
          new FetchWork(request, body, positions, null, true, setting).start();
      case Begun.NewSession(var session) ->
          new FetchWork(request, body, positions, session, true, setting).start();
      case Begun.Incremental(var session) ->
          new FetchWork(request, body, session.positions(), session, false, setting).start();
      case Begun.UnknownSession() -> refuse(request, ErrorCode.FETCH_SESSION_ID_NOT_FOUND);
      case Begun.WrongEpoch(var _) -> refuse(request, ErrorCode.INVALID_FETCH_SESSION_EPOCH);
      case Begun.OtherTopicNaming() -> refuse(request, ErrorCode.FETCH_SESSION_TOPIC_ID_ERROR);
    }
  }

  private static void refuse(Request request, ErrorCode error) {
    request.respond(new FetchResponse().setErrorCode(error.code()));
  }

  private static boolean isFollower(FetchRequest body) {
    return body.replicaId() >= 0 || body.replicaState().replicaId() >= 0;
  }

  private List<FetchPosition> positions(FetchRequest body, boolean usesIds) {
    ClusterImage current = image.get();
    List<FetchPosition> positions = new ArrayList<>();
    for (FetchTopic topic : body.topics()) {
      Uuid id = usesIds ? topic.topicId() : Uuid.ZERO;
      TopicImage known = usesIds ? current.topic(id) : null;
      String name = usesIds ? known == null ? "" : known.name() : topic.topic();
      for (FetchPartition partition : topic.partitions()) {
        positions.add(position(id, name, partition));
      }
    }
    return positions;
  }

  private static FetchPosition position(Uuid id, String name, FetchPartition partition) {
    return new FetchPosition(
        id,
        name,
        partition.partition(),
        partition.fetchOffset(),
        partition.partitionMaxBytes(),
        partition.currentLeaderEpoch(),
        partition.lastFetchedEpoch(),
        partition.logStartOffset(),
        partition.highWatermark());
  }

  private static List<FetchPosition.Key> forgotten(FetchRequest body, boolean usesIds) {
    List<FetchPosition.Key> keys = new ArrayList<>();
    for (ForgottenTopic topic : body.forgottenTopicsData()) {
      for (int partition : topic.partitions()) {
        keys.add(
            usesIds
                ? new FetchPosition.Key(topic.topicId(), "", partition)
                : new FetchPosition.Key(Uuid.ZERO, topic.topic(), partition));
      }
    }
    return keys;
  }
}
