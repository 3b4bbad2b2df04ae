package org.stoker.replication;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.stoker.base.ThreadSafe;
import org.stoker.protocol.ErrorCode;

/**
 * A wish to drop what comes before an offset (KIP-107). It is answered once: when every living
 * replica has dropped it, when it is refused, or when its time is up.
 */
@ThreadSafe
public final class RecordDeletion {
  /** Stands for the high watermark. */
  private static final long ALL_COMMITTED = -1;

  private final long beforeOffset;
  private final Consumer<Reply> onReply;
  private final Runnable onTried;
  private final AtomicBoolean isAnswered = new AtomicBoolean();
  private volatile long reached = Reply.NO_LOW_WATERMARK;

  /**
   * What became of a deletion.
   *
   * @param lowWatermark where the log of no living replica begins any earlier; −1 if that is not
   *     known
   */
  public record Reply(ErrorCode error, long lowWatermark) {
    static final long NO_LOW_WATERMARK = -1;
  }

  /**
   * @param beforeOffset −1 for everything that is committed
   * @param onTried runs when this broker has dropped the records, or will not: only then is
   *     somebody else waited for, and only that wait may time out
   */
  public RecordDeletion(long beforeOffset, Consumer<Reply> onReply, Runnable onTried) {
    this.beforeOffset = beforeOffset;
    this.onReply = onReply;
    this.onTried = onTried;
  }

  /** Nobody waits any longer. The leader may have dropped the records, and others will. */
  public void timeOut() {
    answer(new Reply(ErrorCode.REQUEST_TIMED_OUT, reached));
  }

  long target(long highWatermark) {
    return beforeOffset == ALL_COMMITTED ? highWatermark : beforeOffset;
  }

  void hasTried() {
    onTried.run();
  }

  boolean isAnswered() {
    return isAnswered.get();
  }

  void hasReached(long lowWatermark) {
    reached = lowWatermark;
  }

  void refuse(ErrorCode error) {
    answer(new Reply(error, Reply.NO_LOW_WATERMARK));
  }

  void done(long lowWatermark) {
    answer(new Reply(ErrorCode.NONE, lowWatermark));
  }

  private void answer(Reply reply) {
    if (isAnswered.compareAndSet(false, true)) {
      onReply.accept(reply);
    }
  }
}
