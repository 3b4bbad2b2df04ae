package org.stoker.records;

import com.github.luben.zstd.RecyclingBufferPool;
import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.zip.Deflater;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.xerial.snappy.SnappyOutputStream;

/**
 * A codec and how hard it tries; opens the streams that read and write the records of a batch.
 *
 * <p>Every stream must be closed: gzip and zstd hold native memory. A stream never allocates what
 * the compressed bytes claim: gzip holds 32 KiB, LZ4 one block (at most 4 MiB), snappy one block
 * (at most 22 times the compressed bytes, large ones one at a time, see {@link SnappyInput}), zstd
 * its window (at most 128 MiB of address space, of which the system gives only what has been
 * written).
 *
 * @param level what {@code compression.<type>.level} says; 0 for the codecs that have none
 */
public record Compression(CompressionType type, int level) {
  public static final int GZIP_MIN_LEVEL = Deflater.BEST_SPEED;
  public static final int GZIP_MAX_LEVEL = Deflater.BEST_COMPRESSION;

  /** Also allowed, below the smallest level: leaves the choice to the codec. */
  public static final int GZIP_DEFAULT_LEVEL = Deflater.DEFAULT_COMPRESSION;

  public static final int LZ4_MIN_LEVEL = 1;
  public static final int LZ4_MAX_LEVEL = 17;
  public static final int LZ4_DEFAULT_LEVEL = 9;

  public static final int ZSTD_MIN_LEVEL = -131_072;
  public static final int ZSTD_MAX_LEVEL = 22;
  public static final int ZSTD_DEFAULT_LEVEL = 3;

  public static final Compression NONE = of(CompressionType.NONE);

  private static final int GZIP_BUFFER_SIZE_BYTES = 8 * 1024;

  public Compression {
    if (!isLevelOf(type, level)) {
      throw new IllegalArgumentException(
          "compression level " + level + " is not one of " + type.configName());
    }
  }

  /** At the level that the codec has when nothing is configured. */
  public static Compression of(CompressionType type) {
    return new Compression(
        type,
        switch (type) {
          case NONE, SNAPPY -> 0;
          case GZIP -> GZIP_DEFAULT_LEVEL;
          case LZ4 -> LZ4_DEFAULT_LEVEL;
          case ZSTD -> ZSTD_DEFAULT_LEVEL;
        });
  }

  public static boolean isLevelOf(CompressionType type, int level) {
    return switch (type) {
      case NONE, SNAPPY -> level == 0;
      case GZIP ->
          level == GZIP_DEFAULT_LEVEL || (level >= GZIP_MIN_LEVEL && level <= GZIP_MAX_LEVEL);
      case LZ4 -> level >= LZ4_MIN_LEVEL && level <= LZ4_MAX_LEVEL;
      case ZSTD -> level >= ZSTD_MIN_LEVEL && level <= ZSTD_MAX_LEVEL;
    };
  }

  /** What is written to the result reaches {@code target} compressed, complete after its close. */
  public OutputStream compressTo(OutputStream target) throws IOException {
    return switch (type) {
      case NONE -> target;
      case GZIP -> new LeveledGzipOutput(target, level);
      case SNAPPY -> new SnappyOutputStream(target);
      case LZ4 -> new Lz4FrameOutput(target, level);
      case ZSTD -> new ZstdOutputStreamNoFinalizer(target, RecyclingBufferPool.INSTANCE, level);
    };
  }

  /** Reads what the remaining bytes of {@code compressed} stand for; its position is not moved. */
  public static InputStream decompress(CompressionType type, ByteBuffer compressed)
      throws IOException {
    return decompress(type, compressed, new byte[0], Integer.MAX_VALUE);
  }

  /** As above; codecs that work by blocks fill the given one if it is large enough. */
  static InputStream decompress(
      CompressionType type, ByteBuffer compressed, byte[] spareBlock, int maxBlockBytes)
      throws IOException {
    ByteBuffer source = compressed.duplicate();
    return switch (type) {
      case NONE -> new ByteBufferInput(source);
      case GZIP -> new GZIPInputStream(new ByteBufferInput(source), GZIP_BUFFER_SIZE_BYTES);
      case SNAPPY -> new SnappyInput(source, spareBlock, maxBlockBytes);
      case LZ4 -> new Lz4FrameInput(source, spareBlock);
      case ZSTD -> new ZstdInput(source);
    };
  }

  private static final class LeveledGzipOutput extends GZIPOutputStream {
    LeveledGzipOutput(OutputStream target, int level) throws IOException {
      super(target, GZIP_BUFFER_SIZE_BYTES);
      def.setLevel(level);
    }
  }
}
