package org.stoker.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.stoker.base.ConfinedTo;
import org.stoker.base.DiskFile;
import org.stoker.records.RecordBatch;

/**
 * Goes from batch header to batch header through a part of a segment file that is known to hold
 * whole batches; the batches' records are skipped, not read, unless they happen to lie in the
 * chunk.
 */
@ConfinedTo(ConfinedTo.CALLER)
final class SegmentScan {
  /** Enough for the headers between two index entries when batches are small. */
  static final int LOOKUP_CHUNK_BYTES = 8 * 1024;

  /** For walks over whole segments. */
  static final int WALK_CHUNK_BYTES = 256 * 1024;

  private final DiskFile file;
  private final int limitPosition;
  private final RecordBatch batch;
  private ByteBuffer chunk;
  private int chunkPosition;
  private int position;

  SegmentScan(DiskFile file, int limitPosition, int chunkBytes) {
    this.file = file;
    this.limitPosition = limitPosition;
    this.chunk =
        ByteBuffer.allocate(
            Math.max(RecordBatch.HEADER_SIZE_BYTES, Math.min(chunkBytes, limitPosition)));
    this.chunk.limit(0);
    this.batch = RecordBatch.at(chunk, 0);
  }

  /** The header found last; the same view at every step. */
  RecordBatch batch() {
    return batch;
  }

  Path path() {
    return file.path();
  }

  /** Where in the file that batch starts. */
  int position() {
    return position;
  }

  int endPosition() {
    return position + batch.sizeInBytes();
  }

  /**
   * Moves to the batch that starts there; false if no whole batch does before the limit.
   *
   * @throws CorruptSegmentException if the bytes there can be no batch
   */
  boolean moveTo(int newPosition) throws IOException {
    if (limitPosition - newPosition < RecordBatch.HEADER_SIZE_BYTES) {
      return false;
    }
    int at = newPosition - chunkPosition;
    if (at < 0 || chunk.limit() - at < RecordBatch.HEADER_SIZE_BYTES) {
      fill(newPosition, RecordBatch.HEADER_SIZE_BYTES);
      at = 0;
    }
    position = newPosition;
    batch.moveTo(chunk, at);
    int size = batch.sizeInBytes();
    if (size < RecordBatch.HEADER_SIZE_BYTES
        || batch.magic() != RecordBatch.MAGIC_V2
        || batch.lastOffsetDelta() < 0
        || batch.baseOffset() < 0) {
      throw new CorruptSegmentException(file.path(), newPosition, "no batch header");
    }
    return size <= limitPosition - newPosition;
  }

  boolean next() throws IOException {
    return moveTo(endPosition());
  }

  /** The same, read once more if the header claims more than there is. */
  boolean nextTwiceIfDamaged() throws IOException {
    int next = endPosition();
    if (moveTo(next)) {
      return true;
    }
    chunk.limit(0);
    return moveTo(next);
  }

  /** Reads the whole batch; its header is then part of the same buffer. */
  RecordBatch load() throws IOException {
    int size = batch.sizeInBytes();
    int at = position - chunkPosition;
    if (chunk.limit() - at < size) {
      fill(position, size);
      at = 0;
    }
    return batch.moveTo(chunk, at);
  }

  /**
   * The same, read once more if its checksum is wrong: for those who keep what they find in it, and
   * never look again.
   */
  RecordBatch loadTwiceIfDamaged() throws IOException {
    if (!load().isCrcRight()) {
      chunk.limit(0);
      if (moveTo(position)) {
        load();
      }
    }
    return batch;
  }

  private void fill(int from, int leastBytes) throws IOException {
    if (chunk.capacity() < leastBytes) {
      chunk = ByteBuffer.allocate(leastBytes);
    }
    chunk.clear().limit(Math.min(chunk.capacity(), limitPosition - from));
    chunkPosition = from;
    while (chunk.position() < leastBytes) {
      if (file.read(chunk, from + (long) chunk.position()) < 0) {
        throw new CorruptSegmentException(
            file.path(), from + (long) chunk.position(), "the file ends before its batches");
      }
    }
    chunk.flip();
  }
}
