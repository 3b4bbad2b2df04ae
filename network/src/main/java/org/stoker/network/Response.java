package org.stoker.network;

import io.netty.util.ReferenceCounted;
import java.util.List;

/** A whole response frame, length included, as the parts that are written one after the other. */
record Response(List<ReferenceCounted> parts, long sizeInBytes) {
  /** Gives memory and files back unsent. */
  void release() {
    for (ReferenceCounted part : parts) {
      part.release();
    }
  }
}
