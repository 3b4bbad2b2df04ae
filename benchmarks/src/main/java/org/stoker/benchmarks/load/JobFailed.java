package org.stoker.benchmarks.load;

/** The broker, or the client, did not do as expected; the message is for the report. */
final class JobFailed extends Exception {
  JobFailed(String message) {
    super(message);
  }
}
