package org.stoker.benchmarks.load;

import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.stoker.base.Clock;

/** Waits until a cluster has so many brokers. */
final class AwaitBrokersJob implements Job {
  private static final long MOST_MS = 120_000;

  private final Clock clock;

  AwaitBrokersJob(Clock clock) {
    this.clock = clock;
  }

  @Override
  public void run(JobArguments arguments, Events events) throws Exception {
    long untilMs = clock.monotonicMs() + MOST_MS;
    int wanted = arguments.integer("brokers");
    try (Admin admin = Admin.create(arguments.client(Map.of("metadata.max.age.ms", "500")))) {
      int seen = 0;
      while (seen < wanted) {
        seen = admin.describeCluster().nodes().get(MOST_MS, TimeUnit.MILLISECONDS).size();
        if (clock.monotonicMs() > untilMs) {
          throw new JobFailed("only " + seen + " of " + wanted + " brokers serve");
        }
      }
    }
  }
}
