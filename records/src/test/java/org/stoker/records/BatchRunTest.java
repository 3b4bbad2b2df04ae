package org.stoker.records;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

final class BatchRunTest {
  @Test
  void namesWhatAFollowerNeedsToAppend() {
    ByteBuffer bytes = join(batch(100, 3, 50), batch(105, 1, 90), batch(106, 2, 70));

    BatchRun run = BatchRun.check(bytes);

    assertThat(run).isEqualTo(new BatchRun(bytes.remaining(), 3, 100, 107, 90, 105));
  }

  @Test
  void leavesAnUnfinishedBatchAtTheEnd() {
    ByteBuffer whole = batch(7, 2, 1);
    ByteBuffer next = batch(9, 2, 1);
    for (int cut = 0; cut < next.remaining(); cut++) {
      BatchRun run = BatchRun.check(join(whole, next.slice(0, cut)));

      assertThat(run).isEqualTo(new BatchRun(whole.remaining(), 1, 7, 8, 1, 8));
    }
  }

  @Test
  void noBytesAreNoBatches() {
    assertThat(BatchRun.check(ByteBuffer.allocate(0)).isEmpty()).isTrue();
  }

  @Test
  void refusesBatchesThatOverlap() {
    assertFault(join(batch(10, 3, 1), batch(12, 1, 1)), BatchFault.OFFSETS_OUT_OF_ORDER);
    assertFault(batch(-5, 1, 1), BatchFault.OFFSETS_OUT_OF_ORDER);
  }

  @Test
  void refusesEveryFlippedBitThatTheChecksumCovers() {
    ByteBuffer batch = batch(0, 3, 1);
    for (int bit = RecordBatch.CRC_POSITION * 8; bit < batch.remaining() * 8; bit++) {
      ByteBuffer flipped = join(batch);
      flipped.put(bit / 8, (byte) (flipped.get(bit / 8) ^ (1 << (bit % 8))));

      assertFault(flipped, BatchFault.WRONG_CRC);
    }
  }

  @Test
  void refusesWhatNeverWasABatch() {
    ByteBuffer badMagic = batch(0, 1, 1).put(RecordBatch.MAGIC_POSITION, (byte) 3);
    ByteBuffer oldMagic = batch(0, 1, 1).put(RecordBatch.MAGIC_POSITION, (byte) 1);
    ByteBuffer badLength = batch(0, 1, 1).putInt(RecordBatch.LENGTH_POSITION, 13);
    ByteBuffer negative = batch(0, 1, 1).putInt(RecordBatch.LENGTH_POSITION, Integer.MIN_VALUE);

    assertFault(badMagic, BatchFault.MALFORMED_FRAME);
    assertFault(oldMagic, BatchFault.OLD_MAGIC);
    assertFault(badLength, BatchFault.MALFORMED_FRAME);
    assertFault(negative, BatchFault.MALFORMED_FRAME);
  }

  private static void assertFault(ByteBuffer bytes, BatchFault fault) {
    assertThatThrownBy(() -> BatchRun.check(bytes))
        .isInstanceOfSatisfying(
            CorruptBatchException.class,
            corrupt -> assertThat(corrupt.fault()).as(corrupt.getMessage()).isEqualTo(fault));
  }

  private static ByteBuffer batch(long baseOffset, int recordCount, long timestamp) {
    try (BatchBuilder builder = BatchBuilder.uncompressed().baseOffset(baseOffset)) {
      for (int i = 0; i < recordCount; i++) {
        builder.append(timestamp, new byte[] {1}, new byte[] {2});
      }
      return builder.build();
    }
  }

  private static ByteBuffer join(ByteBuffer... parts) {
    ByteBuffer whole = ByteBuffer.allocate(1000);
    for (ByteBuffer part : parts) {
      whole.put(part.duplicate());
    }
    return whole.flip();
  }
}
