package org.stoker.benchmarks.load;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.stoker.base.ConfinedTo;

/**
 * Whether what is read is exactly what was acknowledged: every record of every producer once, in
 * order within its partition, byte for byte.
 */
@ConfinedTo("the thread that reads")
final class ReadBackCheck {
  private final int[] acknowledged;
  private final BitSet[] seen;
  private final int[][] lastSequences;
  private long changed;
  private long unknown;
  private long repeated;
  private long outOfOrder;

  /**
   * @param acknowledged how many records of each producer were acknowledged; they are numbered from
   *     zero
   */
  ReadBackCheck(int partitions, int... acknowledged) {
    this.acknowledged = acknowledged.clone();
    this.seen = new BitSet[acknowledged.length];
    for (int i = 0; i < seen.length; i++) {
      seen[i] = new BitSet(acknowledged[i]);
    }
    this.lastSequences = new int[partitions][acknowledged.length];
    for (int[] last : lastSequences) {
      Arrays.fill(last, -1);
    }
  }

  /** To be called in the order of offsets within each partition. */
  void accept(int partition, byte[] value) {
    if (!NumberedRecord.isIntact(value)) {
      changed++;
      return;
    }
    int producer = NumberedRecord.producer(value);
    int sequence = NumberedRecord.sequence(value);
    if (producer < 0
        || producer >= seen.length
        || sequence < 0
        || sequence >= acknowledged[producer]) {
      unknown++;
      return;
    }
    if (seen[producer].get(sequence)) {
      repeated++;
      return;
    }
    seen[producer].set(sequence);
    if (sequence < lastSequences[partition][producer]) {
      outOfOrder++;
    }
    lastSequences[partition][producer] = sequence;
  }

  /** What is wrong, in words; empty if nothing is. */
  List<String> faults() {
    long missing = 0;
    for (int i = 0; i < seen.length; i++) {
      missing += acknowledged[i] - seen[i].cardinality();
    }
    var faults = new ArrayList<String>();
    add(faults, missing, "missing");
    add(faults, changed, "changed");
    add(faults, repeated, "repeated");
    add(faults, outOfOrder, "out of order");
    add(faults, unknown, "never acknowledged");
    return faults;
  }

  private static void add(List<String> faults, long count, String what) {
    if (count > 0) {
      faults.add(count + " records " + what);
    }
  }
}
