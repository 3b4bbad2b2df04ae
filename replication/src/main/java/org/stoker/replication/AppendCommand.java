package org.stoker.replication;

import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.stoker.log.AppendOrigin;

/**
 * Batches for one partition, checked already.
 *
 * @param batches offsets and the leader epoch are written into them; they stay untouched by others
 *     until the reply
 * @param expectedLeaderEpoch the only epoch in which they may be appended, or {@link #ANY_EPOCH}
 * @param waitsForAll whether the reply waits until every in-sync replica has them on disk
 * @param onReply called once, on any thread, and returns at once
 */
public record AppendCommand(
    ByteBuffer batches,
    AppendOrigin origin,
    int expectedLeaderEpoch,
    boolean waitsForAll,
    Runnable onTaken,
    Consumer<AppendReply> onReply) {
  /** Of commands that do not depend on what was decided in an epoch. */
  public static final int ANY_EPOCH = -1;

  /** A command of a client: whoever leads may take it. */
  public AppendCommand(
      ByteBuffer batches,
      AppendOrigin origin,
      boolean waitsForAll,
      Runnable onTaken,
      Consumer<AppendReply> onReply) {
    this(batches, origin, ANY_EPOCH, waitsForAll, onTaken, onReply);
  }

  /**
   * A command whose sender does not care when its bytes are no longer needed.
   *
   * @see #onTaken
   */
  public AppendCommand(
      ByteBuffer batches, AppendOrigin origin, boolean waitsForAll, Consumer<AppendReply> onReply) {
    this(batches, origin, ANY_EPOCH, waitsForAll, () -> {}, onReply);
  }

  /** The same command, to be refused in any other epoch. */
  public AppendCommand onlyInEpoch(int leaderEpoch) {
    return new AppendCommand(batches, origin, leaderEpoch, waitsForAll, onTaken, onReply);
  }

  boolean mayBeAppendedIn(int leaderEpoch) {
    return expectedLeaderEpoch == ANY_EPOCH || expectedLeaderEpoch == leaderEpoch;
  }
}
