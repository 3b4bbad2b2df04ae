package org.stoker.coordinator.group;

import org.stoker.base.Clock;
import org.stoker.base.HeapBudget;
import org.stoker.base.MemoryPool;
import org.stoker.base.ThreadSafe;

/**
 * How much of the heap groups may take, in all shards together. Two pools, so that members cannot
 * keep offsets from being committed, nor offsets members from joining; and one for answers that
 * carry long metadata.
 */
@ThreadSafe
public final class GroupMemory {
  private static final int OFFSETS_DIVISOR = 4;
  private static final int MEMBERS_DIVISOR = 8;
  private static final int ANSWERS_DIVISOR = 16;

  private static final String CONSEQUENCE =
      "new ones are refused. A larger heap (KAFKA_HEAP_OPTS) holds more; group.max.size,"
          + " offset.metadata.max.bytes and offsets.retention.minutes bound what one client can"
          + " take";

  private final MemoryPool offsets;
  private final MemoryPool members;
  private final MemoryPool answers;

  private GroupMemory(MemoryPool offsets, MemoryPool members, MemoryPool answers) {
    this.offsets = offsets;
    this.members = members;
    this.answers = answers;
  }

  /**
   * A quarter of the heap for groups and offsets, an eighth for members.
   *
   * @param inFlight what all requests together may take; of it come answers with long metadata
   */
  public static GroupMemory ofHeap(long heapBytes, HeapBudget inFlight, Clock clock) {
    return new GroupMemory(
        pool("Groups and committed offsets", new HeapBudget(heapBytes / OFFSETS_DIVISOR), clock),
        pool("Members of groups", new HeapBudget(heapBytes / MEMBERS_DIVISOR), clock),
        pool(
            "Offsets being fetched with their metadata",
            inFlight.part(heapBytes / ANSWERS_DIVISOR),
            clock));
  }

  private static MemoryPool pool(String what, HeapBudget budget, Clock clock) {
    return new MemoryPool(what, CONSEQUENCE, budget, clock);
  }

  /** Groups and their offsets. */
  MemoryPool offsets() {
    return offsets;
  }

  /** Members, and those that were given an id only, with what they brought. */
  MemoryPool members() {
    return members;
  }

  /** Metadata that was read from the log, until it is handed on. */
  MemoryPool answers() {
    return answers;
  }

  /** Half of what answers may take, so that all of a group can be fetched at once. */
  long maxLoggedMetadataBytesOfGroup() {
    return answers.limitBytes() / 2;
  }
}
