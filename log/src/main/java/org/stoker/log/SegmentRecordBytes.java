package org.stoker.log;

import java.nio.channels.FileChannel;
import java.util.concurrent.atomic.AtomicBoolean;
import org.stoker.base.ThreadSafe;
import org.stoker.records.FileRecordBytes;

/** Batches in a segment's file, which stays open until they are released. */
@ThreadSafe
final class SegmentRecordBytes implements FileRecordBytes {
  private final SegmentFile file;
  private final FileChannel channel;
  private final int position;
  private final int sizeBytes;
  private final AtomicBoolean isReleased = new AtomicBoolean();

  /** Takes over a reference to the file. */
  SegmentRecordBytes(SegmentFile file, FileChannel channel, int position, int sizeBytes) {
    this.file = file;
    this.channel = channel;
    this.position = position;
    this.sizeBytes = sizeBytes;
  }

  @Override
  public int sizeInBytes() {
    return sizeBytes;
  }

  @Override
  public FileChannel channel() {
    return channel;
  }

  @Override
  public long position() {
    return position;
  }

  @Override
  public void release() {
    if (!isReleased.compareAndSet(false, true)) {
      throw new IllegalStateException(file.file().path() + " was released twice by one reader");
    }
    file.release();
  }
}
