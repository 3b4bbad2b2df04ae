package org.stoker.benchmarks.compare;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * What the measured part of a job brought.
 *
 * @param seen what the load driver says of it
 * @param brokerCpuS processor time of the broker in it
 */
record Stretch(JsonNode seen, double brokerCpuS) {
  /** How many cores the client kept busy. */
  static final Metric CLIENT_CORES = Metric.info("client", "cores");

  /** How many cores the broker kept busy. */
  static final Metric BROKER_CORES = Metric.info("broker", "cores");

  double elapsedS() {
    return seen.path("elapsedS").asDouble();
  }

  double megabytes() {
    return seen.path("bytes").asLong() / 1e6;
  }

  long records() {
    return seen.path("records").asLong();
  }

  double megabytesPerSecond() {
    return megabytes() / elapsedS();
  }

  double recordsPerSecond() {
    return records() / elapsedS();
  }

  double brokerCpuSecondsPerGigabyte() {
    return brokerCpuS / megabytes() * 1000;
  }

  double clientCores() {
    return seen.path("clientCpuS").asDouble() / elapsedS();
  }

  double brokerCores() {
    return brokerCpuS / elapsedS();
  }

  /** How long records waited for their acknowledgement. */
  double microseconds(String percentile) {
    return seen.path(percentile + "Us").asDouble();
  }

  /**
   * How long records took in an open loop.
   *
   * @param until {@code acknowledged} or {@code endToEnd}
   */
  double milliseconds(String until, String percentile) {
    return seen.path(until).path(percentile + "Us").asDouble() / 1e3;
  }

  double brokerCpuSecondsPer(long number) {
    return brokerCpuS / records() * number;
  }
}
