package org.stoker.coordinator.runtime;

import org.stoker.base.ConfinedTo;

/**
 * What follows from a shard's records alone. Immutable: the next version shares what did not
 * change.
 *
 * @param <F> the facts themselves
 * @param <R> the records that they follow from
 */
public interface Facts<F extends Facts<F, R>, R> {
  Draft<F, R> draft();

  /** What they take of the heap that is for them. */
  long heapBytes();

  /** The next version while records are replayed into it. */
  @ConfinedTo(ConfinedTo.CALLER)
  interface Draft<F, R> {
    /** The offset of a record that is still on its way to the log. */
    long UNKNOWN_OFFSET = -1;

    /** The one way in which facts change: when a record is appended, stored, or loaded. */
    void replay(R record, long recordOffset);

    /** The facts as drafted; the draft must not be used any more. */
    F finish();
  }
}
