package org.stoker.handlers;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.stoker.metadata.Command.ConfigResult;
import org.stoker.metadata.Result;
import org.stoker.protocol.ErrorCode;

/**
 * What a request wants configured, resource by resource: some of it is settled on the spot, the
 * rest goes to the controller in one piece.
 *
 * @param <C> how the controller is told of the change of one resource
 */
final class ConfigAlterations<C> {
  private final List<Result> results = new ArrayList<>();
  private final List<C> changes = new ArrayList<>();
  private final List<Integer> positions = new ArrayList<>();

  /**
   * What is wrong with the form of a resource's changes, in Kafka's words; null if nothing is.
   *
   * @param isRepeated whether the request has the resource more than once
   * @param keys the keys that it names
   * @param withoutValue those of the keys that need a value and have none
   */
  static @Nullable Result problemWithForm(
      boolean isRepeated, List<String> keys, List<String> withoutValue) {
    String problem = null;
    if (isRepeated) {
      problem = "Each resource must appear at most once.";
    } else if (new HashSet<>(keys).size() != keys.size()) {
      problem = "Error due to duplicate config keys";
    } else if (!withoutValue.isEmpty()) {
      problem = "Null value not supported for : " + String.join(", ", withoutValue);
    }
    return problem == null ? null : new Result(ErrorCode.INVALID_REQUEST, problem);
  }

  /** The next resource needs no controller. */
  void settled(Result result) {
    results.add(result);
  }

  void refused(String message) {
    settled(new Result(ErrorCode.INVALID_REQUEST, message));
  }

  /** The next resource is up to the controller. */
  void ask(C change) {
    positions.add(results.size());
    changes.add(change);
    results.add(Result.OK);
  }

  /** How it ended for each resource, in the order of the request. */
  CompletableFuture<List<Result>> outcomes(
      Function<List<C>, CompletableFuture<List<ConfigResult>>> controller) {
    if (changes.isEmpty()) {
      return CompletableFuture.completedFuture(results);
    }
    return controller
        .apply(changes)
        .thenApply(outcomes -> {
          for (int i = 0; i < positions.size(); i++) {
            results.set(positions.get(i), outcomes.get(i).result());
          }
          return results;
        });
  }
}
