package org.stoker.benchmarks.load;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.HdrHistogram.Histogram;

/** All producers of a job, each with a thread of its own. */
final class Crew implements AutoCloseable {
  /** What each producer does. */
  interface Task {
    void run(Sender sender) throws Exception;
  }

  private final List<Sender> senders;
  private final ExecutorService threads;

  Crew(List<Sender> senders) {
    this.senders = senders;
    this.threads =
        Executors.newFixedThreadPool(
            senders.size(), Thread.ofPlatform().name("sender-", 0).factory());
  }

  /** Has every producer do the task at the same time, and returns when all have. */
  void all(Task task) throws Exception {
    var calls = new ArrayList<Callable<Void>>();
    for (Sender sender : senders) {
      calls.add(() -> {
        task.run(sender);
        return null;
      });
    }
    for (Future<Void> call : threads.invokeAll(calls)) {
      try {
        call.get();
      } catch (ExecutionException e) {
        throw e.getCause() instanceof JobFailed failed ? failed : e;
      }
    }
  }

  void beginMeasuring() {
    senders.forEach(Sender::beginMeasuring);
  }

  int[] sent() {
    return senders.stream().mapToInt(Sender::sent).toArray();
  }

  Histogram latencies() {
    Histogram all = Latencies.histogram();
    senders.forEach(sender -> all.add(sender.latencies()));
    return all;
  }

  @Override
  public void close() {
    threads.shutdownNow();
    senders.parallelStream().forEach(Sender::close);
  }
}
