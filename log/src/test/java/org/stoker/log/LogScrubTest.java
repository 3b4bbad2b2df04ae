package org.stoker.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stoker.base.FileDisk;
import org.stoker.records.BatchWalk;
import org.stoker.records.RecordBatch;
import org.stoker.testkit.SimulatedClock;

/** What a scrub finds in segments that the disk has changed, and what a repair makes of it. */
final class LogScrubTest {
  private static final long DAY_MS = 86_400_000;
  private static final int PLENTY = 1 << 30;
  private static final LogConfig SMALL_SEGMENTS =
      LogConfig.DEFAULT.withSegment(LogConfig.DEFAULT.segment().withSegmentSizeBytes(400));
  private static final LogConfig ONE_SEGMENT = LogConfig.DEFAULT;

  @TempDir Path root;
  private final SimulatedClock clock = new SimulatedClock();
  private final List<DamagedBatches> found = new ArrayList<>();

  @SuppressWarnings("NullAway.Init") // each test begins by opening it
  private LogWorld world;

  @SuppressWarnings("NullAway.Init") // the same
  private Log log;

  private void open(LogConfig config, long bytesPerSecond) throws Exception {
    world =
        new LogWorld(
            new FileDisk(),
            clock,
            LogDirectoryConfig.at(root)
                .withReserveBytes(0)
                .withScrub(new LogDirectoryConfig.ScrubConfig(0, DAY_MS, bytesPerSecond)),
            config,
            1);
    world.directory.setDamageListener((_, damage, whenDone) -> {
      found.add(damage);
      whenDone.run();
    });
    log = world.create(LogWorld.ORDERS, config);
  }

  private void append(String... values) {
    for (String value : values) {
      world.append(log, Batches.of(clock.wallMs(), value));
    }
    world.flush();
  }

  private static String[] lettersOf(int size) {
    return new String[] {
      "a".repeat(size), "b".repeat(size), "c".repeat(size), "d".repeat(size), "e".repeat(size)
    };
  }

  private Path segment(long baseOffset) {
    return SegmentFiles.file(root.resolve("orders-3"), baseOffset, SegmentFiles.LOG);
  }

  private static void flip(Path file, int position) throws IOException {
    try (var channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      ByteBuffer one = ByteBuffer.allocate(1);
      channel.read(one, position);
      one.put(0, (byte) (one.get(0) ^ 0x10));
      channel.write(one.rewind(), position);
    }
  }

  private static int positionOf(Path file, long offset) throws IOException {
    var walk = new BatchWalk(ByteBuffer.wrap(Files.readAllBytes(file)));
    while (walk.next()) {
      if (walk.batch().baseOffset() == offset) {
        return walk.batch().position();
      }
    }
    throw new AssertionError("no batch at offset " + offset);
  }

  private void scrubFor(long seconds) {
    for (long i = 0; i < seconds; i++) {
      clock.advanceMs(1_000);
    }
  }

  @Test
  void intactSegmentsAreNeverReported() throws Exception {
    open(SMALL_SEGMENTS, PLENTY);
    append(lettersOf(100));
    assertThat(log.segmentCount()).isGreaterThan(1);

    scrubFor(3);

    assertThat(found).isEmpty();
    world.stop();
  }

  @Test
  void aFlippedByteIsReportedWithItsFileItsPlaceAndItsOffsets() throws Exception {
    open(SMALL_SEGMENTS, PLENTY);
    append(lettersOf(100));
    int position = positionOf(segment(0), 1);
    flip(segment(0), position + RecordBatch.HEADER_SIZE_BYTES + 20);

    scrubFor(1);

    assertThat(found).hasSize(1);
    DamagedBatches damage = found.getFirst();
    assertThat(damage.file()).isEqualTo(segment(0));
    assertThat(damage.position()).isEqualTo(position);
    assertThat(damage.firstOffset()).isEqualTo(1);
    assertThat(damage.nextOffset()).isEqualTo(2);
    assertThat(damage.problem()).contains("checksum");
    world.stop();
  }

  @Test
  void aHeaderWithAnotherSizeIsDamagedUpToTheNextBatchThatTheIndexKnows() throws Exception {
    open(ONE_SEGMENT, PLENTY);
    append(lettersOf(3_000));
    append(lettersOf(3_000));
    int position = positionOf(segment(0), 1);
    flip(segment(0), position + RecordBatch.LOG_OVERHEAD_BYTES - 2);

    scrubFor(1);

    assertThat(found).hasSize(1);
    DamagedBatches damage = found.getFirst();
    assertThat(damage.firstOffset()).isEqualTo(1);
    assertThat(damage.nextOffset()).isBetween(2L, 9L);
    assertThat(damage.position() + damage.sizeBytes())
        .isEqualTo(positionOf(intactCopy(position), damage.nextOffset()));
    world.stop();
  }

  private Path intactCopy(int position) throws IOException {
    Path copy = root.resolve("copy");
    Files.write(copy, Files.readAllBytes(segment(0)));
    flip(copy, position + RecordBatch.LOG_OVERHEAD_BYTES - 2);
    return copy;
  }

  @Test
  void withoutAnIndexEntryBehindItTheDamageReachesToTheSegmentsEnd() throws Exception {
    open(SMALL_SEGMENTS, PLENTY);
    append(lettersOf(100));
    flip(segment(0), positionOf(segment(0), 0) + 16);

    scrubFor(1);

    assertThat(found).hasSize(1);
    assertThat(found.getFirst().sizeBytes()).isEqualTo((int) Files.size(segment(0)));
    assertThat(found.getFirst().nextOffset()).isEqualTo(2);
    world.stop();
  }

  @Test
  void aFlippedBitInTheOffsetOrTheEpochIsFoundAlthoughNoChecksumCoversIt() throws Exception {
    open(SMALL_SEGMENTS, PLENTY);
    append(lettersOf(100));
    flip(segment(2), positionOf(segment(2), 3) + 15);
    flip(segment(0), positionOf(segment(0), 0) + 7);
    flip(segment(0), positionOf(segment(0), 1) + 6);

    scrubFor(2);

    assertThat(found).extracting(DamagedBatches::firstOffset).containsExactly(0L, 3L);
    world.stop();
  }

  @Test
  void aBatchWhoseOffsetsJumpAheadIsBlamedForItNotTheOneBehindIt() throws Exception {
    open(ONE_SEGMENT, PLENTY);
    append(lettersOf(100));
    flip(segment(0), positionOf(segment(0), 1) + 6);
    append(lettersOf(100));

    scrubFor(1);

    assertThat(found).extracting(DamagedBatches::offsets).containsExactly("offset 1");
    world.stop();
  }

  @Test
  void aBatchLargerThanWhatIsReadAtATimeIsCheckedToItsLastByte() throws Exception {
    open(ONE_SEGMENT, PLENTY);
    append("x".repeat(700_000), "y");
    flip(segment(0), 699_000);

    scrubFor(1);

    assertThat(found).extracting(DamagedBatches::offsets).containsExactly("offset 0");
    world.stop();
  }

  @Test
  void theOffsetsReadAsBeforeWhenAnotherReplicasBatchesWereWrittenOverTheDamage() throws Exception {
    open(SMALL_SEGMENTS, PLENTY);
    append(lettersOf(100));
    byte[] intact = Files.readAllBytes(segment(0));
    flip(segment(0), positionOf(segment(0), 1) + RecordBatch.HEADER_SIZE_BYTES + 20);
    world.directory.setDamageListener((damaged, damage, whenDone) -> {
      found.add(damage);
      ByteBuffer batches = ByteBuffer.wrap(intact, damage.position(), damage.sizeBytes());
      assertThat(LogWorld.onLane(damaged, () -> damaged.repair(damage, batches))).isTrue();
      whenDone.run();
    });

    scrubFor(1);

    assertThat(found).hasSize(1);
    assertThat(Files.readAllBytes(segment(0))).isEqualTo(intact);
    assertThat(Batches.valuesFrom(log, 0, 1_000)).containsExactly(lettersOf(100));
    world.stop();
  }

  @Test
  void nothingIsWrittenWhereTheLogWasTruncatedMeanwhile() throws Exception {
    open(ONE_SEGMENT, PLENTY);
    append(lettersOf(100));
    flip(segment(0), positionOf(segment(0), 1) + RecordBatch.HEADER_SIZE_BYTES + 20);
    scrubFor(1);
    DamagedBatches damage = found.getFirst();
    LogWorld.onLane(log, () -> log.truncateTo(1, clock.wallMs()));
    append("other records".repeat(20));
    byte[] before = Files.readAllBytes(segment(0));

    boolean isRepaired =
        LogWorld.onLane(log, () -> log.repair(damage, ByteBuffer.allocate(damage.sizeBytes())));

    assertThat(isRepaired).isFalse();
    assertThat(Files.readAllBytes(segment(0))).isEqualTo(before);
    world.stop();
  }

  @Test
  void aScrubReadsNoMoreThanItsRateInASecond() throws Exception {
    open(ONE_SEGMENT, 200);
    append(lettersOf(100));
    flip(segment(0), positionOf(segment(0), 4) + RecordBatch.HEADER_SIZE_BYTES + 20);

    scrubFor(2);
    assertThat(found).isEmpty();
    scrubFor(2);

    assertThat(found).hasSize(1);
    world.stop();
  }

  @Test
  void aLogInWhichAReaderMetNoBatchHeaderIsReadBeforeTheNextPass() throws Exception {
    open(SMALL_SEGMENTS, PLENTY);
    append(lettersOf(100));
    scrubFor(1);
    flip(segment(0), positionOf(segment(0), 1) + 16);

    assertThat(log.read(1, 1_000, 5, true)).isInstanceOf(ReadOutcome.Damaged.class);
    scrubFor(1);

    assertThat(found).extracting(DamagedBatches::firstOffset).containsExactly(1L);
    world.stop();
  }

  @Test
  void nothingElseIsReportedWhileARepairIsUnderWay() throws Exception {
    open(SMALL_SEGMENTS, PLENTY);
    append(lettersOf(100));
    flip(segment(0), positionOf(segment(0), 1) + RecordBatch.HEADER_SIZE_BYTES + 20);
    flip(segment(2), positionOf(segment(2), 2) + RecordBatch.HEADER_SIZE_BYTES + 20);
    var whenDone = new ArrayList<Runnable>();
    world.directory.setDamageListener((_, damage, done) -> {
      found.add(damage);
      whenDone.add(done);
    });

    scrubFor(2);
    assertThat(found).hasSize(1);
    whenDone.getFirst().run();
    scrubFor(1);

    assertThat(found).extracting(DamagedBatches::firstOffset).containsExactly(1L, 2L);
    world.stop();
  }
}
