package org.stoker.coordinator.group;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecord;
import org.apache.kafka.coordinator.common.runtime.CoordinatorResult;
import org.apache.kafka.coordinator.common.runtime.CoordinatorTimer;
import org.stoker.base.Timers;

/** The timers of Kafka's groups, turned by our simulated clock. */
final class KafkaTimers implements CoordinatorTimer<CoordinatorRecord> {
  private final Timers timers;
  private final Consumer<CoordinatorResult<Void, CoordinatorRecord>> carryOut;
  private final Map<String, Timers.Timer> set = new HashMap<>();

  KafkaTimers(Timers timers, Consumer<CoordinatorResult<Void, CoordinatorRecord>> carryOut) {
    this.timers = timers;
    this.carryOut = carryOut;
  }

  @Override
  public void schedule(
      String key,
      long delay,
      TimeUnit unit,
      boolean retry,
      TimeoutOperation<CoordinatorRecord> operation) {
    cancel(key);
    set.put(
        key,
        timers.after(
            unit.toMillis(delay),
            () -> {
              set.remove(key);
              carryOut.accept(operation.generateRecords());
            }));
  }

  @Override
  public void schedule(
      String key,
      long delay,
      TimeUnit unit,
      boolean retry,
      long retryBackoff,
      TimeoutOperation<CoordinatorRecord> operation) {
    schedule(key, delay, unit, retry, operation);
  }

  @Override
  public void scheduleIfAbsent(
      String key,
      long delay,
      TimeUnit unit,
      boolean retry,
      TimeoutOperation<CoordinatorRecord> operation) {
    if (!isScheduled(key)) {
      schedule(key, delay, unit, retry, operation);
    }
  }

  /**
   * Kafka leaves the join timer of a group that could not be stored behind; when another group of
   * that name is there in time, it meets that one, and its runtime logs the exception.
   */
  void cancelJoin(String groupId) {
    cancel("join-" + groupId);
  }

  @Override
  public void cancel(String key) {
    Timers.Timer timer = set.remove(key);
    if (timer != null) {
      timer.cancel();
    }
  }

  @Override
  public boolean isScheduled(String key) {
    return set.containsKey(key);
  }
}
