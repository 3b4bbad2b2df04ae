package org.stoker.handlers;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
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
