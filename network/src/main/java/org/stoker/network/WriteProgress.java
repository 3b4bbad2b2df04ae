package org.stoker.network;

import io.netty.channel.ChannelOutboundBuffer;
import org.stoker.base.ConfinedTo;

/** For how long a socket has taken none of the bytes that wait for it. */
@ConfinedTo(ConfinedTo.EVENT_LOOP)
final class WriteProgress {
  private boolean isWaiting;
  private int parts;
  private long bytesOfFirstPart;
  private long pendingBytes;
  private long sinceNs;

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

  void nothingUnsent() {
    isWaiting = false;
  }
}
