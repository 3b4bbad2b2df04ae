package org.stoker.network;

import io.netty.channel.ChannelOutboundBuffer;
<<<<<<< HEAD
=======
import org.jspecify.annotations.Nullable;
>>>>>>> f8ad82a (Draft the network room)
import org.stoker.base.ConfinedTo;

/** For how long a socket has taken none of the bytes that wait for it. */
@ConfinedTo(ConfinedTo.EVENT_LOOP)
final class WriteProgress {
<<<<<<< HEAD
  private boolean isWaiting;
  private int parts;
  private long bytesOfFirstPart;
=======
  private @Nullable Object current;
  private long currentBytes;
>>>>>>> f8ad82a (Draft the network room)
  private long pendingBytes;
  private long sinceNs;

  /** Compares with what it saw before; a change starts the count again. */
  long stalledNs(ChannelOutboundBuffer unsent, long nowNs) {
    boolean isUnchanged =
<<<<<<< HEAD
        isWaiting
            && parts == unsent.size()
            && bytesOfFirstPart == unsent.currentProgress()
            && pendingBytes == unsent.totalPendingWriteBytes();
    if (!isUnchanged) {
      isWaiting = true;
      parts = unsent.size();
      bytesOfFirstPart = unsent.currentProgress();
      // Parts of files are not counted here, so that it takes all three to see progress.
=======
        current != null
            && current == unsent.current()
            && currentBytes == unsent.currentProgress()
            && pendingBytes == unsent.totalPendingWriteBytes();
    if (!isUnchanged) {
      current = unsent.current();
      currentBytes = unsent.currentProgress();
>>>>>>> f8ad82a (Draft the network room)
      pendingBytes = unsent.totalPendingWriteBytes();
      sinceNs = nowNs;
    }
    return nowNs - sinceNs;
  }

  void nothingUnsent() {
<<<<<<< HEAD
    isWaiting = false;
=======
    current = null;
>>>>>>> f8ad82a (Draft the network room)
  }
}
