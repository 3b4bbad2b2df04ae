package org.stoker.coordinator.runtime;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import org.stoker.base.ConfinedTo;
import org.stoker.base.MemoryShare;

/**
 * A shard's facts as two roots: those that are committed, which anybody may be told, and the latest
 * ones, which follow all records on their way as well and are what decisions rest on.
 *
 * <pre>
 *   sent     latest    = latest + records
 *   stored   committed = committed + records    (and latest = committed if nothing is on its way)
 *   lost     latest    = committed + the records that are still on their way
 * </pre>
 *
 * <p>What the committed facts take on the heap is counted, and so is each record on its way, with
 * its share of the versions of the facts that differ.
 */
@ConfinedTo(Shard.SHARD_LANE)
public final class ReplicatedFacts<F extends Facts<F, R>, R> {
  /**
   * The roots share less and less as records are replayed into both. After so many stored records,
   * or as many as are on their way, the latest facts are made of the committed ones again.
   */
  private static final int MAX_RECORDS_APART = 64;

  /**
   * What a record on its way takes beside itself: its append, the reply that waits for it, and its
   * share of the versions of the facts that differ. Rounded up; GroupFootprint measures it.
   */
  static final int ON_ITS_WAY_BYTES = 1_500;

  private final MemoryShare memory;
  private final ToLongFunction<R> heapBytes;
  // By number, in the order in which they were sent.
  private final Map<Long, List<R>> onTheirWay = new LinkedHashMap<>();
  private F committed;
  private F latest;
  private boolean isLatestStale;
  private int recordsOnTheirWay;
  private int recordsApart;
  private long lastNumber;

  /**
   * @param memory where the facts count
   * @param heapBytes what a record takes by itself
   */
  ReplicatedFacts(F noFacts, MemoryShare memory, ToLongFunction<R> heapBytes) {
    this.committed = noFacts;
    this.latest = noFacts;
    this.memory = memory;
    this.heapBytes = heapBytes;
  }

  /** What is stored. */
  public F committed() {
    return committed;
  }

  /** What will be if all records that are on their way are stored. */
  public F latest() {
    if (isLatestStale) {
      isLatestStale = false;
      latest = replay(committed);
    }
    return latest;
  }

  /** For claiming what a decision is about to make. */
  public MemoryShare memory() {
    return memory;
  }

  // ---- loading ----

  /** What follows from all that was read so far. */
  void loaded(F facts) {
    commit(facts);
    latest = committed;
  }

  // ---- appending ----

  /** The number by which the records are known until they are stored or lost. */
  long sent(List<R> records) {
    F before = latest();
    lastNumber++;
    onTheirWay.put(lastNumber, records);
    recordsOnTheirWay += records.size();
    memory.change(heapBytesOf(records));
    Facts.Draft<F, R> draft = before.draft();
    records.forEach(record -> draft.replay(record, Facts.Draft.UNKNOWN_OFFSET));
    latest = draft.finish();
    return lastNumber;
  }

  void stored(long number, long baseOffset) {
    List<R> records = arrived(number);
    Facts.Draft<F, R> draft = committed.draft();
    long recordOffset = baseOffset;
    for (R record : records) {
      draft.replay(record, recordOffset++);
    }
    commit(draft.finish());
    recordsApart += records.size();
    if (recordsApart > Math.max(MAX_RECORDS_APART, recordsOnTheirWay) || onTheirWay.isEmpty()) {
      becomeStale();
    }
  }

  void lost(long number) {
    var _ = arrived(number);
    becomeStale();
  }

  private List<R> arrived(long number) {
    List<R> records = onTheirWay.remove(number);
    if (records == null) {
      throw new IllegalStateException("no records have number " + number);
    }
    recordsOnTheirWay -= records.size();
    memory.change(-heapBytesOf(records));
    return records;
  }

  /** Made anew when it is asked for: often many appends are lost one after another. */
  private void becomeStale() {
    recordsApart = 0;
    latest = committed;
    isLatestStale = !onTheirWay.isEmpty();
  }

  private F replay(F base) {
    Facts.Draft<F, R> draft = base.draft();
    for (List<R> records : onTheirWay.values()) {
      records.forEach(record -> draft.replay(record, Facts.Draft.UNKNOWN_OFFSET));
    }
    return draft.finish();
  }

  private void commit(F facts) {
    long grownBytes = facts.heapBytes() - committed.heapBytes();
    committed = facts;
    memory.change(grownBytes);
  }

  private long heapBytesOf(List<R> records) {
    long bytes = (long) ON_ITS_WAY_BYTES * records.size();
    for (R record : records) {
      bytes += heapBytes.applyAsLong(record);
    }
    return bytes;
  }

  /** Nobody asks for these facts any more. */
  void close() {
    memory.close();
  }
}
