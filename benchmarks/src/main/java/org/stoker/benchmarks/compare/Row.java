package org.stoker.benchmarks.compare;

/** One line of comparison: what to do with a broker, and what to measure of it. */
interface Row {
  /** The name for {@code --only}. */
  String key();

  String title();

  /** What a reader must know to judge the figures. */
  String conditions();

  /** One broker's turn. */
  void run(Round round) throws Exception;
}
