package org.stoker.handlers;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.stoker.coordinator.group.GroupCoordinator;
import org.stoker.coordinator.runtime.Shards;
import org.stoker.metadata.ClusterImage;
import org.stoker.metadata.Result;
import org.stoker.metadata.TopicImage;
import org.stoker.network.RequestContext;
import org.stoker.protocol.ErrorCode;
import org.stoker.protocol.message.FindCoordinatorRequest;
import org.stoker.protocol.message.FindCoordinatorResponse;
import org.stoker.protocol.message.FindCoordinatorResponse.Coordinator;

/**
 * FindCoordinator: which broker keeps a group. The topic of offsets is made when the first one
 * asks, and this broker names itself only when it is ready to be asked.
 */
final class FindCoordinatorHandler implements Handler<FindCoordinatorRequest> {
  private static final int FIRST_VERSION_WITH_SEVERAL = 4;
  private static final byte GROUP = 0;
  private static final byte TRANSACTION = 1;

  // An empty shard is loaded in milliseconds; a client that has to ask again pauses for 100 ms.
  private static final long LONGEST_WAIT_MS = 500;

  private final ClusterView cluster;
  private final GroupCoordinator groups;

  FindCoordinatorHandler(ClusterView cluster, GroupCoordinator groups) {
    this.cluster = cluster;
    this.groups = groups;
  }

  @Override
  public void handle(FindCoordinatorRequest body, RequestContext context) {
    boolean hasSeveral = context.version() >= FIRST_VERSION_WITH_SEVERAL;
    List<String> keys = hasSeveral ? body.coordinatorKeys() : List.of(body.key());
    Answers.when(
        find(keys, body.keyType(), context),
        context,
        found -> hasSeveral ? response(keys, found) : response(found.getFirst()));
  }

  private CompletableFuture<List<Coordinator>> find(
      List<String> keys, byte keyType, RequestContext context) {
    if (keyType != GROUP) {
      return CompletableFuture.completedFuture(keys.stream().map(_ -> refused(keyType)).toList());
    }
    CompletableFuture<Result> topic =
        cluster.image().topic(GroupCoordinator.TOPIC.name()) != null
            ? CompletableFuture.completedFuture(Result.OK)
            : groups.makeTopic();
    return topic.thenCompose(creation -> {
      List<CompletableFuture<Coordinator>> parts =
          keys.stream().map(groupId -> find(groupId, context, creation)).toList();
      return CompletableFuture.allOf(parts.toArray(CompletableFuture<?>[]::new))
          .thenApply(_ -> parts.stream().map(CompletableFuture::join).toList());
    });
  }

  private CompletableFuture<Coordinator> find(
      String groupId, RequestContext context, Result creation) {
    ClusterImage image = cluster.image();
    TopicImage topic = image.topic(GroupCoordinator.TOPIC.name());
    if (topic == null) {
      return CompletableFuture.completedFuture(
          error(ErrorCode.COORDINATOR_NOT_AVAILABLE, creation.message()));
    }
    int partition = Shards.partitionFor(groupId, topic.partitions().size());
    ClusterView.Reachable broker =
        cluster.broker(image, topic.partitions().get(partition).leader(), context);
    if (broker == null || broker.broker().id() != cluster.brokerId()) {
      return CompletableFuture.completedFuture(coordinator(broker));
    }
    return groups
        .whenReady(groupId, LONGEST_WAIT_MS)
        .thenApply(state -> coordinator(isOrWillBeReady(state) ? broker : null));
  }

  /** What takes long to load says so itself, as in Kafka: clients then know where to wait. */
  private static boolean isOrWillBeReady(ErrorCode state) {
    return state == ErrorCode.NONE || state == ErrorCode.COORDINATOR_LOAD_IN_PROGRESS;
  }

  private static Coordinator coordinator(ClusterView.@Nullable Reachable broker) {
    if (broker == null) {
      return error(ErrorCode.COORDINATOR_NOT_AVAILABLE, null);
    }
    return new Coordinator()
        .setNodeId(broker.broker().id())
        .setHost(broker.host())
        .setPort(broker.port());
  }

  private static FindCoordinatorResponse response(List<String> keys, List<Coordinator> found) {
    for (int i = 0; i < keys.size(); i++) {
      found.get(i).setKey(keys.get(i));
    }
    return new FindCoordinatorResponse().setCoordinators(found);
  }

  private static FindCoordinatorResponse response(Coordinator found) {
    return new FindCoordinatorResponse()
        .setErrorCode(found.errorCode())
        .setErrorMessage(found.errorMessage())
        .setNodeId(found.nodeId())
        .setHost(found.host())
        .setPort(found.port());
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
