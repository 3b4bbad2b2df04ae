package org.stoker.records;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.xerial.snappy.Snappy;

/** Bytes made to hurt: bombs, lengths that lie, noise. Nothing but a verdict comes of them. */
final class HostileBatchTest {
  private static final int BOMB_SIZE_BYTES = 120 << 20;
  private static final int SMALL = 1 << 20;
  private static final long NOW_MS = 1_700_000_000_000L;
  private static final int VERSION = 12;
  private static final ProduceRules RULES = rules(Integer.MAX_VALUE);

  private final BatchValidator validator = new BatchValidator();

  @ParameterizedTest
  @EnumSource(value = CompressionType.class, names = "NONE", mode = EnumSource.Mode.EXCLUDE)
  void aBombIsWalkedWithLittleMemory(CompressionType type) {
    ByteBuffer bomb = Bombs.bomb(type, BOMB_SIZE_BYTES, BOMB_SIZE_BYTES);
    check(Bombs.bomb(type, 100, 100), RULES); // Loads classes.

    var verdicts = new ArrayList<BatchVerdict>();
    long allocated = AllocatedBytes.by(() -> verdicts.add(check(bomb, RULES)));

    assertThat(verdicts.getFirst())
        .isInstanceOfSatisfying(
            BatchVerdict.Valid.class, valid -> assertThat(valid.recordCount()).isEqualTo(1));
    assertThat(bomb.remaining()).isLessThan(BOMB_SIZE_BYTES / 10);
    assertThat(allocated).isLessThan(SMALL);
  }

  @ParameterizedTest
  @EnumSource(value = CompressionType.class, names = "NONE", mode = EnumSource.Mode.EXCLUDE)
  void aBombAboveTheLimitOfARecordIsRefusedAtItsLength(CompressionType type) {
    ByteBuffer bomb = Bombs.bomb(type, BOMB_SIZE_BYTES, BOMB_SIZE_BYTES);
    check(Bombs.bomb(type, 100, 100), RULES);

    long allocated =
        AllocatedBytes.by(
            () -> assertFault(check(bomb, rules(SMALL)), BatchFault.RECORD_ABOVE_LIMIT));

    assertThat(allocated).isLessThan(SMALL);
  }

  @ParameterizedTest
  @EnumSource(CompressionType.class)
  void aRecordThatOnlyClaimsToBeLargeCostsNothing(CompressionType type) {
    for (int claimed : new int[] {Integer.MAX_VALUE, 1 << 30, 101, 0, 5, -1, Integer.MIN_VALUE}) {
      ByteBuffer liar = Bombs.bomb(type, claimed, 100);

      long allocated =
          AllocatedBytes.by(() ->
              assertThat(check(liar, RULES))
                  .isInstanceOfSatisfying(
                      BatchVerdict.Invalid.class,
                      invalid ->
                          assertThat(invalid.fault())
                              .isIn(
                                  BatchFault.MALFORMED_RECORD,
                                  BatchFault.MALFORMED_COMPRESSION,
                                  BatchFault.RECORD_ABOVE_LIMIT,
                                  BatchFault.EXPANDS_TOO_FAR)));

      assertThat(allocated).as("claims %d", claimed).isLessThan(SMALL);
    }
  }

  @ParameterizedTest
  @EnumSource(CompressionType.class)
  void aCountThatLiesEndsWithTheRecords(CompressionType type) {
    ByteBuffer liar = Bombs.bomb(type, 100, 100);
    liar.putInt(RecordBatch.RECORD_COUNT_POSITION, Integer.MAX_VALUE);
    liar.putInt(RecordBatch.LAST_OFFSET_DELTA_POSITION, Integer.MAX_VALUE - 1);
    Mutations.fixCrc(liar);

    long allocated =
        AllocatedBytes.by(
            () -> assertThat(check(liar, RULES)).isInstanceOf(BatchVerdict.Invalid.class));

    assertThat(allocated).isLessThan(SMALL);
  }

  @Test
  void aBareSnappyBlockThatClaimsGigabytesIsRefused() {
    byte[] claimsTwoGigabytes = {-1, -1, -1, -1, 7, 0, 0};

    assertRefusedCheaply(Bombs.withPayload(CompressionType.SNAPPY, claimsTwoGigabytes));
  }

  @Test
  void anLz4BlockThatClaimsItsLargestSizeGetsWhatItCanFill() {
    ByteBuffer frame = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
    frame.putInt(Lz4Frame.MAGIC).put((byte) Lz4Frame.OUR_FLAGS).put((byte) (7 << 4));
    frame.put(Lz4Frame.headerChecksum(Lz4Frame.CHECKSUM.hash(frame, 4, 2, 0)));
    frame.putInt(3).put((byte) 0x1f).put((byte) 0).put((byte) 1);

    assertRefusedCheaply(Bombs.withPayload(CompressionType.LZ4, frame.array()));
  }

  @Test
  void whatIsTooLargeToHoldIsSkippedByACursor() {
    for (CompressionType type : CompressionType.values()) {
      if (type == CompressionType.NONE) {
        continue;
      }
      ByteBuffer bomb = Bombs.bomb(type, BOMB_SIZE_BYTES, BOMB_SIZE_BYTES);

      long allocated =
          AllocatedBytes.by(() -> {
            try (RecordCursor cursor = new RecordCursor(1024).open(RecordBatch.at(bomb, 0))) {
              assertThat(cursor.next()).isTrue();
              assertThat(cursor.isHeld()).isFalse();
              assertThat(cursor.valueSize()).isGreaterThan(BOMB_SIZE_BYTES - 100);
              assertThat(cursor.next()).isFalse();
            }
          });

      assertThat(allocated).as(type.name()).isLessThan(SMALL);
    }
  }

  @Test
  void noiseIsRefusedAndNothingElse() {
    for (int seed = 0; seed < 20_000; seed++) {
      var seeded = new Seeded(seed);
      ByteBuffer noise = ByteBuffer.wrap(seeded.bytes(seeded.nextInt(300)));
      if (noise.remaining() >= RecordBatch.HEADER_SIZE_BYTES) {
        makeHeaderPlausible(seeded, noise);
      }

      BatchVerdict[] verdict = new BatchVerdict[1];
      long allocated = AllocatedBytes.by(() -> verdict[0] = check(noise, RULES));

      assertThat(verdict[0]).as("seed %d", seed).isInstanceOf(BatchVerdict.Invalid.class);
      assertThat(allocated).as("seed %d", seed).isLessThan(SMALL);
    }
  }

  @Test
  void anUncompressedRecordCostsNoMemory() {
    ByteBuffer few = plain(10);
    ByteBuffer many = plain(10_000);
    for (int i = 0; i < 20; i++) {
      check(many, RULES);
    }

    long forFew = AllocatedBytes.by(() -> check(few, RULES));
    long forMany = AllocatedBytes.by(() -> check(many, RULES));

    assertThat(forMany - forFew).isLessThan(1024);
  }

  @Test
  void wrongRecordsBeyondWhatIsWorthAnAnswerAreCountedOnly() {
    var compacted =
        new ProduceRules(
            Integer.MAX_VALUE, SMALL, true, TimestampType.CREATE_TIME, 1000, 1000, null);

    BatchVerdict verdict = check(plain(10_000), compacted);

    assertThat(verdict)
        .isInstanceOfSatisfying(
            BatchVerdict.Invalid.class,
            invalid -> {
              assertThat(invalid.fault()).isEqualTo(BatchFault.KEY_MISSING);
              assertThat(invalid.recordErrors()).hasSize(BatchValidator.MOST_RECORD_ERRORS);
              assertThat(invalid.message()).startsWith("10000 records");
            });
  }

  @Test
  void theMeasureSeesWhoHoldsABomb() {
    ByteBuffer bomb = Bombs.bomb(CompressionType.ZSTD, 8 << 20, 8 << 20);

    long allocated =
        AllocatedBytes.by(() -> {
          try (RecordCursor cursor =
              new RecordCursor(Integer.MAX_VALUE).open(RecordBatch.at(bomb, 0))) {
            assertThat(cursor.next()).isTrue();
          }
        });

    assertThat(allocated).isGreaterThan(8 << 20);
  }

  @ParameterizedTest
  @EnumSource(value = CompressionType.class, names = "NONE", mode = EnumSource.Mode.EXCLUDE)
  void aBombIsGivenUpWhereLittleMayBeDecompressed(CompressionType type) {
    int maxExpandedBytes = BatchValidator.CHEAP_EXPANDED_BYTES;
    ByteBuffer large = Bombs.bomb(type, BOMB_SIZE_BYTES, BOMB_SIZE_BYTES);
    ByteBuffer small = Bombs.bomb(type, 100, 100);

    assertThat(validator.check(large, VERSION, RULES, NOW_MS, maxExpandedBytes))
        .isEqualTo(new BatchVerdict.Unfinished());
    assertThat(validator.check(small, VERSION, RULES, NOW_MS, maxExpandedBytes))
        .isInstanceOf(BatchVerdict.Valid.class);
  }

  @Test
  void aBareSnappyBlockIsGivenUpBeforeThereIsRoomForIt() throws IOException {
    ByteBuffer bare =
        Bombs.withPayload(CompressionType.SNAPPY, Snappy.compress(new byte[20 << 20]));
    check(bare, RULES); // Loads classes.

    var verdicts = new ArrayList<BatchVerdict>();
    long allocated =
        AllocatedBytes.by(() ->
            verdicts.add(
                validator.check(
                    bare, VERSION, RULES, NOW_MS, BatchValidator.CHEAP_EXPANDED_BYTES)));

    assertThat(verdicts).containsExactly(new BatchVerdict.Unfinished());
    assertThat(allocated).isLessThan(SMALL);
  }

  private BatchVerdict check(ByteBuffer bytes, ProduceRules rules) {
    return validator.check(bytes, VERSION, rules, NOW_MS);
  }

  private void assertRefusedCheaply(ByteBuffer bytes) {
    long allocated =
        AllocatedBytes.by(() -> assertFault(check(bytes, RULES), BatchFault.MALFORMED_COMPRESSION));
    assertThat(allocated).isLessThan(SMALL);
  }

  private static void assertFault(BatchVerdict verdict, BatchFault fault) {
    assertThat(verdict)
        .isInstanceOfSatisfying(
            BatchVerdict.Invalid.class,
            invalid -> assertThat(invalid.fault()).as(invalid.message()).isEqualTo(fault));
  }

  private static ProduceRules rules(int maxDecompressedMessageBytes) {
    return new ProduceRules(
        Integer.MAX_VALUE,
        maxDecompressedMessageBytes,
        false,
        TimestampType.CREATE_TIME,
        Long.MAX_VALUE,
        Long.MAX_VALUE,
        null);
  }

  private static ByteBuffer plain(int recordCount) {
    try (BatchBuilder builder = BatchBuilder.uncompressed()) {
      for (int i = 0; i < recordCount; i++) {
        builder.append(NOW_MS, null, new byte[20]);
      }
      return builder.build();
    }
  }

  /** So that noise comes as far as the records more often than once in the life of the universe. */
  private static void makeHeaderPlausible(Seeded seeded, ByteBuffer noise) {
    int count = 1 + seeded.nextInt(5);
    noise.putLong(0, 0);
    noise.putInt(RecordBatch.LENGTH_POSITION, noise.limit() - RecordBatch.LOG_OVERHEAD_BYTES);
    noise.put(RecordBatch.MAGIC_POSITION, RecordBatch.MAGIC_V2);
    noise.putShort(RecordBatch.ATTRIBUTES_POSITION, (short) seeded.nextInt(8));
    noise.putInt(RecordBatch.LAST_OFFSET_DELTA_POSITION, count - 1);
    noise.putLong(RecordBatch.PRODUCER_ID_POSITION, RecordBatch.NO_PRODUCER_ID);
    noise.putInt(RecordBatch.RECORD_COUNT_POSITION, count);
    List<byte[]> starts =
        List.of(
            new byte[] {0x1f, (byte) 0x8b, 8, 0},
            new byte[] {0x28, (byte) 0xb5, 0x2f, (byte) 0xfd},
            new byte[] {0x04, 0x22, 0x4d, 0x18},
            new byte[] {(byte) 0x82, 'S', 'N', 'A', 'P', 'P', 'Y', 0});
    byte[] start = starts.get(seeded.nextInt(starts.size()));
    if (noise.remaining() >= RecordBatch.HEADER_SIZE_BYTES + start.length) {
      noise.put(RecordBatch.HEADER_SIZE_BYTES, start);
    }
    Mutations.fixCrc(noise);
  }
}
