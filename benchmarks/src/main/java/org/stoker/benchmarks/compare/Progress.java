package org.stoker.benchmarks.compare;

/** What the person at the terminal sees while it runs; the results go to files. */
final class Progress {
  private Progress() {}

  static void say(String line) {
    System.err.println(line);
  }
}
