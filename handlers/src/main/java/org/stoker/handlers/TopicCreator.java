package org.stoker.handlers;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.stoker.base.ThreadSafe;
import org.stoker.coordinator.runtime.InternalTopic;
import org.stoker.coordinator.runtime.TopicMaker;
import org.stoker.metadata.Command;
import org.stoker.metadata.Command.CreatedTopic;
import org.stoker.metadata.Command.NewTopic;
import org.stoker.metadata.Result;
import org.stoker.metadata.TopicNames;
import org.stoker.protocol.ErrorCode;
import org.stoker.settings.ConfigValues;

/**
 * Makes topics that nobody created but somebody uses: those of the broker itself, and those that
 * clients ask for when {@code auto.create.topics.enable} is set. However many ask, a topic is asked
 * for once at a time.
 */
@ThreadSafe
public final class TopicCreator implements TopicMaker {
  private final ControllerPort controller;
  private final Supplier<ConfigValues> values;
  private final Map<String, CompletableFuture<Result>> underWay = new ConcurrentHashMap<>();

  /**
   * Makes topics as the broker is configured at that moment.
   *
   * @param values the broker's values in force
   */
  public TopicCreator(ControllerPort controller, Supplier<ConfigValues> values) {
    this.controller = controller;
    this.values = values;
  }

  /**
   * Whether a topic is made because a client asks for it. What a coordinator keeps its records in
   * is left to that coordinator: a plain topic of that name would be in its way.
   */
  boolean mayCreateForClients(String name) {
    boolean isLeftToOthers = ClusterView.isInternal(name) && InternalTopics.find(name) == null;
    return values.get().bool("auto.create.topics.enable")
        && !isLeftToOthers
        && TopicNames.problemWith(name) == null;
  }

  @Override
  public CompletableFuture<Result> make(InternalTopic topic) {
    return create(topic.name());
  }

  /** Makes the topic; it is no error if it exists by now. */
  CompletableFuture<Result> create(String name) {
    CompletableFuture<Result> mine = new CompletableFuture<>();
    CompletableFuture<Result> others = underWay.putIfAbsent(name, mine);
    if (others != null) {
      return others;
    }
    var _ =
        controller
            .submit(
                new Command.CreateTopics(List.of(newTopic(name)), false),
                values.get().integer("request.timeout.ms"))
            .whenComplete((created, failure) -> {
              underWay.remove(name);
              mine.complete(resultOf(created, failure));
            });
    return mine;
  }

  private static Result resultOf(
      @Nullable List<CreatedTopic> created, @Nullable Throwable failure) {
    if (created == null || failure != null) {
      return new Result(ErrorCode.UNKNOWN_SERVER_ERROR, "the broker failed; its log says more");
    }
    Result result = created.getFirst().result();
    return result.error() == ErrorCode.TOPIC_ALREADY_EXISTS ? Result.OK : result;
  }

  private NewTopic newTopic(String name) {
    InternalTopic internal = InternalTopics.find(name);
    if (internal == null) {
      return NewTopic.of(name, -1, -1);
    }
    ConfigValues current = values.get();
    Map<String, @Nullable String> configs = new HashMap<>(internal.configs());
    configs.put("segment.bytes", Integer.toString(current.integer(internal.segmentBytesKey())));
    return new NewTopic(
        name,
        current.integer(internal.partitionCountKey()),
        current.shortInteger(internal.replicationFactorKey()),
        List.of(),
        configs);
  }
}
