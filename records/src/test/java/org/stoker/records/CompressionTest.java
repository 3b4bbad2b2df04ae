package org.stoker.records;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jpountz.lz4.LZ4FrameOutputStream;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.utils.internals.BufferSupplier;
import org.apache.kafka.common.utils.internals.ByteBufferOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.xerial.snappy.Snappy;

/** Streams that we write Kafka reads, and the other way round; and those of other clients. */
final class CompressionTest {
  private static final int[] SIZES = {1, 100, 65_535, 65_536, 65_537, 140_000};

  static List<Compression> everyLevel() {
    var all = new ArrayList<Compression>();
    for (CompressionType type : CompressionType.values()) {
      for (int level = -2; level <= 22; level++) {
        if (Compression.isLevelOf(type, level)) {
          all.add(new Compression(type, level));
        }
      }
    }
    return all;
  }

  @ParameterizedTest
  @MethodSource("everyLevel")
  void weAndKafkaReadEachOther(Compression compression) throws IOException {
    var theirs = KafkaBatches.kafka(compression);
    for (int size : compression.level() > 12 ? new int[] {140_000} : SIZES) {
      byte[] content = new Seeded(size).bytes(size);
      var kafkas = new ByteBufferOutputStream(100);
      try (OutputStream target = theirs.wrapForOutput(kafkas, RecordBatch.MAGIC_VALUE_V2)) {
        target.write(content);
      }

      byte[] ours = compress(compression, content);

      assertThat(read(compression.type(), kafkas.buffer().flip())).isEqualTo(content);
      assertThat(read(compression.type(), ByteBuffer.wrap(ours))).isEqualTo(content);
      try (var stream =
          theirs.wrapForInput(
              ByteBuffer.wrap(ours), RecordBatch.MAGIC_VALUE_V2, BufferSupplier.NO_CACHING)) {
        assertThat(stream.readAllBytes()).isEqualTo(content);
      }
    }
  }

  @Test
  void levelsAreThoseOfKafkasConfiguration() {
    for (CompressionType type : CompressionType.values()) {
      var theirs =
          org.apache.kafka.common.record.internal.CompressionType.forName(type.configName());
      if (type == CompressionType.GZIP
          || type == CompressionType.LZ4
          || type == CompressionType.ZSTD) {
        assertThat(Compression.of(type).level()).isEqualTo(theirs.defaultLevel());
        assertThat(Compression.isLevelOf(type, theirs.maxLevel())).isTrue();
        assertThat(Compression.isLevelOf(type, theirs.maxLevel() + 1)).isFalse();
        assertThat(Compression.isLevelOf(type, theirs.minLevel())).isTrue();
        for (int level = -20; level <= 25; level++) {
          int asked = level;
          assertThat(Compression.isLevelOf(type, level))
              .as("%s %d", type, level)
              .isEqualTo(takes(() -> theirs.levelValidator().ensureValid("level", asked)));
        }
      }
      assertThat(CompressionType.forCode(theirs.id)).isEqualTo(type);
    }
    assertThat(CompressionType.forCode(5)).isNull();
    assertThatThrownBy(() -> new Compression(CompressionType.LZ4, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("lz4");
  }

  private static boolean takes(Runnable check) {
    try {
      check.run();
      return true;
    } catch (org.apache.kafka.common.config.ConfigException refused) {
      return false;
    }
  }

  @Test
  void readsTheBareSnappyBlocksOfLibrdkafka() throws IOException {
    for (int size : SIZES) {
      byte[] content = new Seeded(size).bytes(size);
      ByteBuffer bare = ByteBuffer.wrap(Snappy.compress(content));

      assertThat(read(CompressionType.SNAPPY, bare)).isEqualTo(content);
      assertThat(read(CompressionType.SNAPPY, direct(bare))).isEqualTo(content);
    }
  }

  @Test
  void readsSnappyStreamsOneAfterTheOther() throws IOException {
    byte[] content = new Seeded(1).bytes(50_000);
    byte[] once = compress(Compression.of(CompressionType.SNAPPY), content);
    ByteBuffer twice = ByteBuffer.allocate(2 * once.length).put(once).put(once).flip();

    assertThat(read(CompressionType.SNAPPY, twice)).startsWith(content).endsWith(content);
  }

  @Test
  void readsGzipMembersOneAfterTheOther() throws IOException {
    byte[] content = new Seeded(2).bytes(50_000);
    byte[] once = compress(Compression.of(CompressionType.GZIP), content);
    ByteBuffer twice = ByteBuffer.allocate(2 * once.length).put(once).put(once).flip();

    assertThat(read(CompressionType.GZIP, twice)).hasSize(100_000).endsWith(content);
  }

  @Test
  void readsZstdFramesOneAfterTheOther() throws IOException {
    for (int size : SIZES) {
      byte[] content = new Seeded(size).bytes(size);
      byte[] once = compress(Compression.of(CompressionType.ZSTD), content);
      ByteBuffer twice = ByteBuffer.allocate(2 * once.length).put(once).put(once).flip();

      assertThat(read(CompressionType.ZSTD, twice)).hasSize(2 * size).endsWith(content);
      assertThat(read(CompressionType.ZSTD, direct(twice))).hasSize(2 * size).endsWith(content);
    }
  }

  @Test
  void aMalformedZstdFrameDoesNotSpoilTheNext() throws IOException {
    byte[] content = new Seeded(6).bytes(100_000);
    byte[] whole = compress(Compression.of(CompressionType.ZSTD), content);
    for (int at = 0; at < whole.length; at += 997) {
      byte[] broken = whole.clone();
      broken[at] ^= 0x55;
      try {
        read(CompressionType.ZSTD, direct(ByteBuffer.wrap(broken)));
      } catch (IOException expected) {
        // Most of them; what has no checksum may also be read as something else.
      }

      assertThat(read(CompressionType.ZSTD, direct(ByteBuffer.wrap(whole)))).isEqualTo(content);
    }
  }

  @Test
  void aZstdFrameSaysHowMuchMemoryItAsksFor() throws IOException {
    byte[] content = new Seeded(7).bytes(100_000);

    ByteBuffer streamed =
        ByteBuffer.wrap(compress(new Compression(CompressionType.ZSTD, 3), content));
    assertThat(ZstdFrame.windowSizeBytes(streamed)).isEqualTo(2 << 20);
    streamed = ByteBuffer.wrap(compress(new Compression(CompressionType.ZSTD, 19), content));
    assertThat(ZstdFrame.windowSizeBytes(streamed)).isEqualTo(8 << 20);
    for (int size : new int[] {100, 255, 256, 65_791, 65_792, 100_000}) {
      byte[] whole = Zstd.compress(Arrays.copyOf(content, size));
      assertThat(ZstdFrame.windowSizeBytes(ByteBuffer.wrap(whole))).isEqualTo(size);
      for (int cut = 0; cut < 6; cut++) {
        assertThat(ZstdFrame.windowSizeBytes(ByteBuffer.wrap(whole, 0, cut)))
            .as("%d bytes of it", cut)
            .isIn(Long.MAX_VALUE, (long) size);
      }
    }
  }

  @Test
  void readsLz4FramesWithLargeBlocksAndChecksums() throws IOException {
    byte[] content = new Seeded(3).bytes(4_500_000);
    for (var blockSize : LZ4FrameOutputStream.BLOCKSIZE.values()) {
      var frame = new ByteArrayOutputStream();
      try (var target =
          new LZ4FrameOutputStream(
              frame,
              blockSize,
              content.length,
              LZ4FrameOutputStream.FLG.Bits.BLOCK_INDEPENDENCE,
              LZ4FrameOutputStream.FLG.Bits.BLOCK_CHECKSUM,
              LZ4FrameOutputStream.FLG.Bits.CONTENT_CHECKSUM,
              LZ4FrameOutputStream.FLG.Bits.CONTENT_SIZE)) {
        target.write(content);
      }

      assertThat(read(CompressionType.LZ4, ByteBuffer.wrap(frame.toByteArray())))
          .isEqualTo(content);
      assertThat(read(CompressionType.LZ4, direct(ByteBuffer.wrap(frame.toByteArray()))))
          .isEqualTo(content);
    }
  }

  @Test
  void aWrongChecksumOfAnLz4BlockIsFound() throws IOException {
    var frame = new ByteArrayOutputStream();
    try (var target =
        new LZ4FrameOutputStream(
            frame,
            LZ4FrameOutputStream.BLOCKSIZE.SIZE_64KB,
            LZ4FrameOutputStream.FLG.Bits.BLOCK_INDEPENDENCE,
            LZ4FrameOutputStream.FLG.Bits.BLOCK_CHECKSUM)) {
      target.write(new Seeded(4).bytes(1000));
    }
    byte[] broken = frame.toByteArray();
    // The last eight bytes are the block's checksum and the end mark.
    broken[broken.length - 8] ^= 1;

    assertThatThrownBy(() -> read(CompressionType.LZ4, ByteBuffer.wrap(broken)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("checksum");
  }

  @Test
  void everyCutStreamIsAnError() throws IOException {
    byte[] content = new Seeded(5).bytes(2000);
    for (CompressionType type :
        List.of(CompressionType.GZIP, CompressionType.LZ4, CompressionType.ZSTD)) {
      byte[] whole = compress(Compression.of(type), content);
      for (int size = 1; size < whole.length; size++) {
        ByteBuffer cut = ByteBuffer.wrap(whole, 0, size);

        assertThatThrownBy(() -> read(type, cut))
            .as("%s cut to %d of %d", type, size, whole.length)
            .isInstanceOf(IOException.class);
      }
    }
  }

  private static byte[] compress(Compression compression, byte[] content) throws IOException {
    var compressed = new ByteArrayOutputStream();
    try (OutputStream target = compression.compressTo(compressed)) {
      target.write(content, 0, content.length / 2);
      target.write(content[content.length / 2]);
      target.write(content, content.length / 2 + 1, content.length - content.length / 2 - 1);
    }
    return compressed.toByteArray();
  }

  private static byte[] read(CompressionType type, ByteBuffer compressed) throws IOException {
    int position = compressed.position();
    try (var stream = Compression.decompress(type, compressed)) {
      byte[] content = stream.readAllBytes();
      assertThat(compressed.position()).isEqualTo(position);
      return content;
    }
  }

  private static ByteBuffer direct(ByteBuffer bytes) {
    return ByteBuffer.allocateDirect(bytes.remaining()).put(bytes.duplicate()).flip();
  }
}
