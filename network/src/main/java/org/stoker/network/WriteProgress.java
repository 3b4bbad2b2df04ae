package org.stoker.network;

import io.netty.channel.ChannelOutboundBuffer;
import org.stoker.base.ConfinedTo;

/** For how long a socket has taken none of the bytes that wait for it, or only a few. */
@ConfinedTo(ConfinedTo.EVENT_LOOP)
final class WriteProgress {
  private static final long WINDOW_NS = 2_000_000_000L;

  private boolean isWaiting;
  private int parts;
  private long bytesOfFirstPart;
  private long pendingBytes;
  private long sinceNs;
  private boolean isMeasuring;
  private long bytesBefore;
  private long measuredSinceNs;

  /** Compares with what it saw before; a change starts the count again. */
  long stalledNs(ChannelOutboundBuffer unsent, long nowNs) {
    boolean isUnchanged =
        isWaiting
            && parts == unsent.size()
            && bytesOfFirstPart == unsent.currentProgress()
            && pendingBytes == unsent.totalPendingWriteBytes();
    if (!isUnchanged) {
      isWaiting = true;
      parts = unsent.size();
      bytesOfFirstPart = unsent.currentProgress();
      // Parts of files are not counted here, so that it takes all three to see progress.
      pendingBytes = unsent.totalPendingWriteBytes();
      sinceNs = nowNs;
    }
    return nowNs - sinceNs;
  }

  /**
   * Whether it has taken fewer bytes a second since an earlier look, two seconds ago or more, and
   * has not been without bytes to take since then.
   *
   * @param sentBytes all that it has taken since it is open
   */
  boolean isSlowerThan(long bytesPerSecond, long sentBytes, long nowNs) {
    long passedNs = nowNs - measuredSinceNs;
    if (isMeasuring && passedNs < WINDOW_NS) {
      return false;
    }
    boolean isSlow =
        isMeasuring && (sentBytes - bytesBefore) < bytesPerSecond * (passedNs / 1_000_000) / 1_000;
    isMeasuring = true;
    bytesBefore = sentBytes;
    measuredSinceNs = nowNs;
    return isSlow;
  }

  void nothingUnsent() {
    isWaiting = false;
    isMeasuring = false;
  }
}
