package org.stoker.replication;

import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.stoker.log.AppendOrigin;

/**
 * Batches for one partition, checked already.
 *
 * @param batches offsets and the leader epoch are written into them; they stay untouched by others
 *     until the reply
 * @param waitsForAll whether the reply waits until every in-sync replica has them on disk
 * @param onReply called once, on any thread, and returns at once
 */
public record AppendCommand(
    ByteBuffer batches,
    AppendOrigin origin,
    boolean waitsForAll,
    Runnable onTaken,
    Consumer<AppendReply> onReply) {

  /**
   * A command whose sender does not care when its bytes are no longer needed.
   *
   * @see #onTaken
   */
  public AppendCommand(
      ByteBuffer batches, AppendOrigin origin, boolean waitsForAll, Consumer<AppendReply> onReply) {
    this(batches, origin, waitsForAll, () -> {}, onReply);
  }
}
