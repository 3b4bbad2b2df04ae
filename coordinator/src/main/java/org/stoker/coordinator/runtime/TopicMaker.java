package org.stoker.coordinator.runtime;

import java.util.concurrent.CompletableFuture;
import org.stoker.metadata.Result;

/** Makes the topics that coordinators keep their records in. */
@FunctionalInterface
public interface TopicMaker {
  /** It is no error if the topic exists by now. */
  CompletableFuture<Result> make(InternalTopic topic);
}
