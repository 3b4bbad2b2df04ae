package org.stoker.network;

import io.netty.util.ReferenceCounted;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A whole response frame, length included, as the parts that are written one after the other.
 *
 * @param memoryBytes what of it does not lie in files
 * @param claim what it has of the memory for answers; null if nothing
 */
record Response(
    List<ReferenceCounted> parts,
    long sizeInBytes,
    long memoryBytes,
    AnswerMemory.@Nullable Claim claim) {
  Response claimedBy(AnswerMemory.Claim newClaim) {
    return new Response(parts, sizeInBytes, memoryBytes, newClaim);
  }

  /** Gives memory and files back unsent. */
  void release() {
    for (ReferenceCounted part : parts) {
      part.release();
    }
  }
}
