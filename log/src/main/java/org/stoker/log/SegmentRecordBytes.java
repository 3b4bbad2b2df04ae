package org.stoker.log;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.channels.FileChannel;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stoker.base.ThreadSafe;
import org.stoker.records.FileRecordBytes;

/** Batches in a segment's file, which stays open until they are released. */
@ThreadSafe
final class SegmentRecordBytes implements FileRecordBytes {
  private static final Logger LOG = LoggerFactory.getLogger(SegmentRecordBytes.class);

  private final SegmentFile file;
  private final FileChannel channel;
  private final int position;
  private final int sizeBytes;
  private final @Nullable OldReads oldReads;
  private final AtomicBoolean isReleased = new AtomicBoolean();

  /**
   * Takes over a reference to the file.
   *
   * @param oldReads is told whether they are cached; null if they are so new that they must be
   */
  SegmentRecordBytes(
      SegmentFile file,
      FileChannel channel,
      int position,
      int sizeBytes,
      @Nullable OldReads oldReads) {
    this.file = file;
    this.channel = channel;
    this.position = position;
    this.sizeBytes = sizeBytes;
    this.oldReads = oldReads;
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
  public boolean isCached() {
    if (oldReads == null) {
      return true;
    }
    boolean isCached = isResident();
    oldReads.found(isCached);
    return isCached;
  }

  /** What mincore(2) says of a mapping that nobody touches. */
  private boolean isResident() {
    try (Arena arena = Arena.ofConfined()) {
      return channel.map(FileChannel.MapMode.READ_ONLY, position, sizeBytes, arena).isLoaded();
    } catch (IOException | UnsupportedOperationException e) {
      LOG.debug("{} cannot be looked at", file.file().path(), e);
      return false;
    }
  }

  @Override
  public void warm() {
    ColdRead.warm(file.file().path(), channel, position, sizeBytes);
  }

  @Override
  public void release() {
    if (!isReleased.compareAndSet(false, true)) {
      throw new IllegalStateException(file.file().path() + " was released twice by one reader");
    }
    file.release();
  }
}
