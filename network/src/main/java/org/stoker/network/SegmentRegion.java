package org.stoker.network;

import io.netty.channel.DefaultFileRegion;
import java.util.concurrent.atomic.AtomicInteger;
import org.stoker.records.FileRecordBytes;

/**
 * A piece of a segment on its way to a socket by sendfile; when the last piece is done with, sent
 * or not, the segment's reference is given back and its channel stays open.
 */
final class SegmentRegion extends DefaultFileRegion {
  /** Small enough that reading a cold piece delays nobody for long. */
  static final int PIECE_BYTES = 1 << 20;

  private final FileRecordBytes records;
  private final AtomicInteger piecesLeft;

  private SegmentRegion(
      FileRecordBytes records, long position, long sizeInBytes, AtomicInteger piecesLeft) {
    super(records.channel(), position, sizeInBytes);
    this.records = records;
    this.piecesLeft = piecesLeft;
  }

  /** All pieces of non-empty records, in order. */
  static SegmentRegion[] piecesOf(FileRecordBytes records) {
    int sizeInBytes = records.sizeInBytes();
    var pieces = new SegmentRegion[Math.ceilDiv(sizeInBytes, PIECE_BYTES)];
    var piecesLeft = new AtomicInteger(pieces.length);
    for (int i = 0; i < pieces.length; i++) {
      int from = i * PIECE_BYTES;
      int size = Math.min(PIECE_BYTES, sizeInBytes - from);
      pieces[i] = new SegmentRegion(records, records.position() + from, size, piecesLeft);
    }
    return pieces;
  }

  /** Unlike the inherited one this does not close the channel, which is the segment's. */
  @Override
  protected void deallocate() {
    if (piecesLeft.decrementAndGet() == 0) {
      records.release();
    }
  }
}
