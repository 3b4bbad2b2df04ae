package org.stoker.log;

/** Repairs damaged batches, with what another replica has. */
@FunctionalInterface
public interface DamageListener {
  /**
   * Called on a storage thread; the same damage is reported again by later scrubs while it lasts.
   *
   * @param whenDone run once, on any thread, when nothing more is tried: the next damage of the
   *     directory is reported after it
   */
  void damaged(Log log, DamagedBatches damage, Runnable whenDone);
}
