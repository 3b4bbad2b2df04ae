package org.stoker.benchmarks.compare;

import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;

/** Three brokers' processes, and ZooKeeper's if they have one beside them. */
final class RunningCluster implements Brokers {
  private final List<RunningBroker> brokers;
  private final List<Process> others;

  RunningCluster(List<RunningBroker> brokers, List<Process> others) {
    this.brokers = List.copyOf(brokers);
    this.others = List.copyOf(others);
  }

  /** The broker with this id. */
  RunningBroker broker(int id) {
    return brokers.get(id - 1);
  }

  @Override
  public String bootstrap() {
    return brokers.stream().map(RunningBroker::bootstrap).collect(Collectors.joining(","));
  }

  @Override
  public double cpuSeconds() throws IOException {
    double seconds = 0;
    for (RunningBroker broker : brokers) {
      seconds += broker.cpuSeconds();
    }
    for (Process other : others) {
      seconds += ProcessFacts.of(other.pid()).cpuSeconds();
    }
    return seconds;
  }

  @Override
  public double residentMegabytes() throws IOException {
    double megabytes = 0;
    for (RunningBroker broker : brokers) {
      megabytes += broker.residentMegabytes();
    }
    for (Process other : others) {
      megabytes += ProcessFacts.of(other.pid()).residentBytes() / 1e6;
    }
    return megabytes;
  }

  /** At once: what is measured has been measured, and read back. */
  @Override
  public void stop() {
    brokers.forEach(RunningBroker::kill);
  }
}
