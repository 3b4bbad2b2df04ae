package org.stoker.handlers;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.stoker.coordinator.GroupCoordinator;
import org.stoker.metadata.Result;
import org.stoker.metadata.TopicImage;
import org.stoker.network.Request;
import org.stoker.protocol.ErrorCode;
import org.stoker.protocol.message.FindCoordinatorRequest;
import org.stoker.protocol.message.FindCoordinatorResponse;
import org.stoker.protocol.message.FindCoordinatorResponse.Coordinator;

/**
 * FindCoordinator: which broker keeps a group. The topic of offsets is made when the first one
 * asks.
 */
final class FindCoordinatorHandler implements Handler {
  private static final int FIRST_VERSION_WITH_SEVERAL = 4;
  private static final byte GROUP = 0;
  private static final byte TRANSACTION = 1;

  private final ClusterView cluster;
  private final TopicCreator creator;

  FindCoordinatorHandler(ClusterView cluster, TopicCreator creator) {
    this.cluster = cluster;
    this.creator = creator;
  }

  @Override
  public void handle(Request request) {
    FindCoordinatorRequest body = (FindCoordinatorRequest) request.body();
    if (body.keyType() != GROUP) {
      respond(request, body, _ -> refused(body.keyType()));
      return;
    }
    if (cluster.image().topic(TopicCreator.OFFSETS_TOPIC) != null) {
      respond(request, body, key -> find(key, request, Result.OK));
      return;
    }
    CompletableFuture<Result> creation = creator.create(TopicCreator.OFFSETS_TOPIC);
    var _ =
        creation.thenAccept(result -> respond(request, body, key -> find(key, request, result)));
  }

  private interface Finder {
    Coordinator find(String key);
  }

  private static void respond(Request request, FindCoordinatorRequest body, Finder finder) {
    if (request.version() >= FIRST_VERSION_WITH_SEVERAL) {
      List<Coordinator> found =
          body.coordinatorKeys().stream().map(key -> finder.find(key).setKey(key)).toList();
      request.respond(new FindCoordinatorResponse().setCoordinators(found));
      return;
    }
    Coordinator found = finder.find(body.key());
    request.respond(
        new FindCoordinatorResponse()
            .setErrorCode(found.errorCode())
            .setErrorMessage(found.errorMessage())
            .setNodeId(found.nodeId())
            .setHost(found.host())
            .setPort(found.port()));
  }

  private Coordinator find(String groupId, Request request, Result creation) {
    TopicImage topic = cluster.image().topic(TopicCreator.OFFSETS_TOPIC);
    if (topic == null) {
      return error(ErrorCode.COORDINATOR_NOT_AVAILABLE, creation.message());
    }
    int partition = GroupCoordinator.partitionFor(groupId, topic.partitions().size());
    ClusterView.Reachable broker =
        cluster.broker(topic.partitions().get(partition).leader(), request);
    if (broker == null) {
      return error(ErrorCode.COORDINATOR_NOT_AVAILABLE, null);
    }
    return new Coordinator()
        .setNodeId(broker.broker().id())
        .setHost(broker.host())
        .setPort(broker.port());
  }

  private static Coordinator refused(byte keyType) {
    return keyType == TRANSACTION
        ? error(ErrorCode.UNSUPPORTED_VERSION, "Transactions are not available in this version.")
        : error(ErrorCode.INVALID_REQUEST, "There is no coordinator of type " + keyType + ".");
  }

  private static Coordinator error(ErrorCode error, @Nullable String message) {
    return new Coordinator()
        .setErrorCode(error.code())
        .setErrorMessage(message)
        .setNodeId(-1)
        .setHost("")
        .setPort(-1);
  }
}
