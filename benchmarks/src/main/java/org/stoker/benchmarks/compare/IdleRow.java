package org.stoker.benchmarks.compare;

import java.util.Map;
import java.util.concurrent.TimeUnit;

/** What a broker takes that has nothing to do. */
record IdleRow() implements Row {
  private static final int SETTLE_S = 10;
  private static final int WATCHED_S = 15;

  @Override
  public String key() {
    return "idle";
  }

  @Override
  public String title() {
    return "Idle";
  }

  @Override
  public String conditions() {
    return "Default settings of each, a fresh directory without topics or clients: "
        + SETTLE_S
        + " s after the start, over "
        + WATCHED_S
        + " s.";
  }

  @Override
  public void run(Round round) throws Exception {
    RunningBroker broker = round.launch(round.install(Map.of()));
    broker.awaitListening(round.clock());
    broker.letRunFor(TimeUnit.SECONDS.toMillis(round.scaled(SETTLE_S)));

    double before = broker.cpuSeconds();
    int watchedS = round.scaled(WATCHED_S);
    broker.letRunFor(TimeUnit.SECONDS.toMillis(watchedS));
    double cpuS = broker.cpuSeconds() - before;

    round.put(Metric.lower("resident memory", "MB", 0.5), broker.residentMegabytes());
    round.put(Metric.lower("CPU", "% of a core", 0.5), cpuS / watchedS * 100);
    broker.stop();
  }
}
