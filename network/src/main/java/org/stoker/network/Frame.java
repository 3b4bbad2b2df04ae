package org.stoker.network;

import io.netty.buffer.ByteBuf;

/** One whole request as it arrived, without its length, and the claim on memory it lives by. */
record Frame(ByteBuf bytes, ByteBudget budget, int sizeInBytes, long receivedAtNs) {
  /** Gives the bytes and the claim back; called once. */
  void release() {
    bytes.release();
    budget.release(sizeInBytes);
  }
}
