package org.stoker.simulation;

import java.util.Map;
import java.util.TreeMap;
import org.stoker.base.ConfinedTo;

/** How often things happened in a run: without them a run that finds nothing says nothing. */
@ConfinedTo(ConfinedTo.ONE_THREAD)
final class Counters {
  static final String ACKNOWLEDGED = "records acknowledged";
  static final String FAULTS = "faults";
  static final String LEADER_CHANGES = "leader changes";
  static final String ISR_SHRUNK = "isr shrunk";
  static final String ISR_GROWN = "isr grown";
  static final String TRUNCATIONS = "truncations of followers";
  static final String UNKNOWN_OUTCOMES = "unknown outcomes of a multi";
  static final String SNAPSHOTS_LOADED = "snapshot pieces loaded";
  static final String COMPRESSED = "compressed batches acknowledged";
  static final String ACKNOWLEDGED_BY_LEADER = "records acknowledged by the leader alone";
  static final String DELETIONS = "deletions of records acknowledged";
  static final String DIRECTORIES_FAILED = "directories that failed alone";
  static final String DIRECTORIES_LEFT_OUT = "directories left out at a start";
  static final String DISKS_REPLACED = "disks replaced by empty ones";
  static final String INDEXES_DAMAGED = "indexes damaged while a broker was down";
  static final String TAILS_DAMAGED = "tails damaged while a broker was down";
  static final String DAMAGE_REFUSED = "damaged partitions refused";
  static final String BITS_ROTTED = "bits rotted in old segments";
  static final String BITS_REPAIRED = "rotten bits repaired";
  static final String FENCES = "brokers fenced";
  static final String STARVED_FENCES = "brokers fenced while all starved";
  static final String TORN_TAILS = "torn tails cut off";

  private final Map<String, Long> counts = new TreeMap<>();

  void count(String what) {
    add(what, 1);
  }

  void add(String what, long many) {
    counts.merge(what, many, Long::sum);
  }

  long of(String what) {
    return counts.getOrDefault(what, 0L);
  }

  Map<String, Long> all() {
    return new TreeMap<>(counts);
  }
}
