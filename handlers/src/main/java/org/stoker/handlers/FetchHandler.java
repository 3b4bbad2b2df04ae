package org.stoker.handlers;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.stoker.base.LimitedExecutor;
import org.stoker.base.Timers;
import org.stoker.base.Uuid;
import org.stoker.metadata.ClusterImage;
import org.stoker.metadata.TopicImage;
import org.stoker.network.RequestContext;
import org.stoker.protocol.ErrorCode;
import org.stoker.protocol.message.FetchRequest;
import org.stoker.protocol.message.FetchRequest.FetchPartition;
import org.stoker.protocol.message.FetchRequest.FetchTopic;
import org.stoker.protocol.message.FetchRequest.ForgottenTopic;
import org.stoker.protocol.message.FetchResponse;
import org.stoker.replication.FetchPosition;
import org.stoker.replication.FetchSession;
import org.stoker.replication.FetchSessions;
import org.stoker.replication.FetchSessions.Begun;

/**
 * Fetch: finds what the fetcher wants, in its session or in the request, and lets {@link FetchWork}
 * read it.
 */
final class FetchHandler implements Handler<FetchRequest> {
  private static final int FIRST_VERSION_WITH_IDS = 13;

  // Each look at a partition takes microseconds, and a fetch may look many times.
  private static final int MAX_PARTITIONS_ON_EVENT_LOOP = 2_000;
  private static final int MAX_LARGE_FETCHES_AT_ONCE = 2;

  private final Supplier<ClusterImage> image;
  private final FetchSessions sessions;
  private final FetchWork.Setting setting;
  private final Executor largeFetches;

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
    this.largeFetches = new LimitedExecutor(readers, MAX_LARGE_FETCHES_AT_ONCE);
    this.setting = new FetchWork.Setting(lookup, readReplicas, readers, timers, mostBytes);
  }

  @Override
  public void handle(FetchRequest body, RequestContext context) {
    boolean usesIds = context.version() >= FIRST_VERSION_WITH_IDS;
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
      case Begun.WithoutSession() -> start(context, body, positions, null, true);
      case Begun.NewSession(var session) -> start(context, body, positions, session, true);
      case Begun.Incremental(var session) ->
          start(context, body, session.positions(), session, false);
      case Begun.UnknownSession() -> refuse(context, ErrorCode.FETCH_SESSION_ID_NOT_FOUND);
      case Begun.WrongEpoch(var _) -> refuse(context, ErrorCode.INVALID_FETCH_SESSION_EPOCH);
      case Begun.OtherTopicNaming() -> refuse(context, ErrorCode.FETCH_SESSION_TOPIC_ID_ERROR);
    }
  }

  private void start(
      RequestContext context,
      FetchRequest body,
      List<FetchPosition> positions,
      @Nullable FetchSession session,
      boolean isFull) {
    boolean isSmall = positions.size() <= MAX_PARTITIONS_ON_EVENT_LOOP;
    Executor own = isSmall ? context.eventLoop() : new LimitedExecutor(largeFetches, 1);
    FetchWork work = new FetchWork(context, body, positions, session, isFull, own, setting);
    if (isSmall && !context.isOnWorker()) {
      work.start();
    } else {
      work.startInTurn();
    }
  }

  private static void refuse(RequestContext context, ErrorCode error) {
    context.respond(new FetchResponse().setErrorCode(error.code()));
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
