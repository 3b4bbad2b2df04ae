package org.stoker.log;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stoker.base.Disk;
import org.stoker.base.DiskFile;
import org.stoker.base.Uuid;
import org.stoker.records.RecordBatch;

/**
 * Opens a partition's directory.
 *
 * <p>After a clean stop names, sizes and checkpoints say everything, and no segment is read. After
 * a crash everything from the segment of the recovery point on is walked: checksums are verified
 * above the recovery point, indexes and producer state are built again, and where the batches end
 * the rest is cut off and kept beside it. What lies below the recovery point was synced; so was
 * everything that good batches follow, unless a lost sector shows that it was not ({@link Damage}).
 * Damage there is never cut: the partition is refused.
 */
final class LogRecovery {
  private static final Logger LOG = LoggerFactory.getLogger(LogRecovery.class);

  private static final long UNCHECKED = -1;

  private final Disk disk;
  private final Path directory;
  private final LogConfig config;
  private final StartFacts facts;
  private final List<Segment> segments = new ArrayList<>();
  private final Set<Segment> withTransactionIndex = new HashSet<>();
  private final CutKeeper cutKeeper;
  private final ProducerStates producers;
  // From here on checksums are verified.
  private long checkedFromOffset;
  private boolean wasClosedCleanly;
  private boolean areEpochsLost;

  /**
   * What the log directory's checkpoints say of a partition.
   *
   * @param recoveryPoint everything below was synced; 0 if nothing is known
   * @param logStartOffset 0 if nothing is known
   */
  record StartFacts(
      boolean wasClosedCleanly,
      long recoveryPoint,
      long logStartOffset,
      long producerExpirationMs,
      ProducerMemory producerMemory,
      long nowMs) {}

  LogRecovery(Disk disk, Path directory, LogConfig config, StartFacts facts) {
    this.disk = disk;
    this.directory = directory;
    this.config = config;
    this.facts = facts;
    this.checkedFromOffset = facts.recoveryPoint();
    this.wasClosedCleanly = facts.wasClosedCleanly();
    this.cutKeeper = new CutKeeper(disk, directory);
    this.producers =
        new ProducerStates(
            new ProducerSnapshots(disk, directory),
            facts.producerMemory(),
            facts.producerExpirationMs());
  }

  /**
   * Opens what is there.
   *
   * @throws DamagedLogException if that would lose records that may have been acknowledged
   * @throws org.stoker.base.DiskFullException if there is no room: another try may succeed
   * @throws IOException if the disk fails
   */
  LogContents open() throws IOException, DamagedLogException {
    boolean isOpen = false;
    try {
      LogContents contents = openFiles();
      isOpen = true;
      return contents;
    } catch (CorruptFileException | CorruptSegmentException e) {
      throw new DamagedLogException(e.getMessage() + "; the partition stays offline", e);
    } finally {
      if (!isOpen) {
        segments.forEach(Segment::abandon);
        producers.close();
      }
    }
  }

  private LogContents openFiles() throws IOException, DamagedLogException {
    List<Path> files = new LogLeftovers(disk, directory).clear();
    Uuid topicId =
        new PartitionMetadataFile(disk, directory.resolve(PartitionMetadataFile.FILE_NAME))
            .readTopicId();
    LeaderEpochs leaderEpochs = readLeaderEpochs();
    producers.snapshots().load(files);
    findSegments(files);
    if (segments.isEmpty()) {
      startEmpty();
    }
    if (areEpochsLost || areEpochsMissing(leaderEpochs)) {
      collectEpochs(leaderEpochs);
    }
    long endAfterCleanStop = wasClosedCleanly ? checkedEnd(segments.getLast()) : UNCHECKED;
    long logEndOffset =
        endAfterCleanStop == UNCHECKED ? recover(leaderEpochs, files) : endAfterCleanStop;
    if (wasClosedCleanly) {
      rebuildDamagedTransactions(segments.size(), logEndOffset, files);
    }
    long logStartOffset = Math.max(facts.logStartOffset(), segments.getFirst().baseOffset());
    if (logEndOffset < logStartOffset) {
      startAgainAt(logStartOffset, logEndOffset);
      logEndOffset = logStartOffset;
    }
    leaderEpochs.truncate(logStartOffset, logEndOffset);
    loadProducers(logStartOffset, logEndOffset);
    producers.snapshots().deleteStray(segments.stream().map(Segment::baseOffset).toList());
    // A walk opens three files of each partition: by the thousand they would use up what a process
    // may open.
    for (Segment segment : segments) {
      segment.letGo();
    }
    return new LogContents(
        topicId, segments, logStartOffset, logEndOffset, producers, leaderEpochs, 1);
  }

  // ---- What there is.

  private void findSegments(List<Path> files) throws IOException {
    Set<String> names = new HashSet<>();
    files.forEach(file -> names.add(SegmentFiles.nameOf(file)));
    for (Path file : files) {
      long baseOffset = SegmentFiles.offsetOf(file, SegmentFiles.LOG);
      if (baseOffset >= 0) {
        Segment segment = existing(baseOffset, Math.toIntExact(disk.sizeBytes(file)));
        segments.add(segment);
        if (names.contains(SegmentFiles.name(baseOffset) + SegmentFiles.TRANSACTION_INDEX)) {
          withTransactionIndex.add(segment);
        }
        rebuildMissingIndexes(segment, names);
      } else {
        removeIfOrphaned(file, names);
      }
    }
  }

  private Segment existing(long baseOffset, int sizeBytes) {
    return Segment.existing(
        disk, directory, baseOffset, sizeBytes, config.segment(), facts.nowMs());
  }

  private void removeIfOrphaned(Path file, Set<String> names) throws IOException {
    for (String kind :
        List.of(
            SegmentFiles.OFFSET_INDEX, SegmentFiles.TIME_INDEX, SegmentFiles.TRANSACTION_INDEX)) {
      long baseOffset = SegmentFiles.offsetOf(file, kind);
      if (baseOffset >= 0 && !names.contains(SegmentFiles.name(baseOffset) + SegmentFiles.LOG)) {
        LOG.warn("{} belongs to no segment and is removed", file);
        disk.delete(file);
      }
    }
  }

  private void rebuildMissingIndexes(Segment segment, Set<String> names) throws IOException {
    String name = SegmentFiles.name(segment.baseOffset());
    boolean isComplete =
        names.contains(name + SegmentFiles.OFFSET_INDEX)
            && names.contains(name + SegmentFiles.TIME_INDEX);
    if (!isComplete && segment.sizeBytes() > 0 && wasClosedCleanly) {
      rebuildIndexes(segment, "an index is missing");
    }
  }

  /** From the batches' headers; the aborted transactions are not in question. */
  private static void rebuildIndexes(Segment segment, String why) throws IOException {
    LOG.warn("The indexes of {} are built again: {}", segment.path(), why);
    segment.rebuildIndexes();
  }

  private LeaderEpochs readLeaderEpochs() throws IOException {
    try {
      return LeaderEpochs.read(disk, directory);
    } catch (CorruptFileException e) {
      LOG.warn("{}; the leader epochs are taken from the batches", e.getMessage());
      areEpochsLost = true;
      return LeaderEpochs.none(disk, directory);
    }
  }

  /** What was vouched for has its epochs in the file: without any it was deleted or emptied. */
  private boolean areEpochsMissing(LeaderEpochs leaderEpochs) {
    boolean isExpected = wasClosedCleanly || facts.recoveryPoint() > 0;
    boolean areMissing =
        isExpected
            && leaderEpochs.history().isEmpty()
            && segments.stream().anyMatch(segment -> segment.sizeBytes() > 0);
    if (areMissing) {
      LOG.warn("{} has no leader epochs; they are taken from the batches", directory);
    }
    return areMissing;
  }

  /** Epochs do not go down, so a segment is read only if another one begins in it. */
  private void collectEpochs(LeaderEpochs leaderEpochs) throws IOException {
    for (int i = 0; i < segments.size(); i++) {
      Segment segment = segments.get(i);
      int epochBehind = i + 1 < segments.size() ? firstEpoch(segments.get(i + 1)) : -1;
      if (epochBehind < 0 || epochBehind != leaderEpochs.latestEpoch()) {
        collectEpochs(segment, leaderEpochs);
      }
    }
  }

  private static int firstEpoch(Segment segment) throws IOException {
    SegmentFile file = retained(segment);
    try {
      var scan = new SegmentScan(file.file(), segment.sizeBytes(), RecordBatch.HEADER_SIZE_BYTES);
      return scan.moveTo(0) ? scan.batch().partitionLeaderEpoch() : -1;
    } catch (CorruptSegmentException e) {
      LOG.debug("No epoch: {}", e.getMessage());
      return -1;
    } finally {
      file.release();
    }
  }

  private static void collectEpochs(Segment segment, LeaderEpochs leaderEpochs) throws IOException {
    SegmentFile file = retained(segment);
    try {
      var scan = new SegmentScan(file.file(), segment.sizeBytes(), SegmentScan.WALK_CHUNK_BYTES);
      for (boolean more = scan.moveTo(0); more; more = scan.next()) {
        if (scan.batch().partitionLeaderEpoch() > leaderEpochs.latestEpoch()) {
          leaderEpochs.assign(scan.batch().partitionLeaderEpoch(), scan.batch().baseOffset());
        }
      }
    } catch (CorruptSegmentException e) {
      // Whether that is the end is judged where the log's end is looked for.
      LOG.debug("Epochs are read up to there: {}", e.getMessage());
    } finally {
      file.release();
    }
  }

  private static SegmentFile retained(Segment segment) throws IOException {
    SegmentFile file = segment.retainFile();
    if (file == null) {
      throw new IllegalStateException(segment.path() + " is gone");
    }
    return file;
  }

  private void startEmpty() throws IOException, DamagedLogException {
    if (facts.recoveryPoint() > facts.logStartOffset()) {
      throw new DamagedLogException(
          "no segment is left in %s, and offsets %d to %d were on disk; the partition stays offline"
              .formatted(directory, facts.logStartOffset(), facts.recoveryPoint() - 1));
    }
    segments.add(
        Segment.create(disk, directory, facts.logStartOffset(), config.segment(), facts.nowMs()));
    disk.syncDirectory(directory);
  }

  private void startAgainAt(long logStartOffset, long logEndOffset) throws IOException {
    LOG.warn(
        "{} ends at offset {}, all below its start {}: it starts again there, empty",
        directory,
        logEndOffset,
        logStartOffset);
    for (int i = segments.size() - 1; i >= 0; i--) {
      segments.get(i).changeSuffix(SegmentFiles.DELETED);
      segments.get(i).retire();
      segments.get(i).delete();
    }
    segments.clear();
    segments.add(Segment.create(disk, directory, logStartOffset, config.segment(), facts.nowMs()));
    disk.syncDirectory(directory);
  }

  // ---- After a clean stop.

  /**
   * Where the log ends; {@link #UNCHECKED} if its end does not look as a clean stop leaves it: it
   * is then recovered as after a crash.
   */
  private long checkedEnd(Segment active) throws IOException {
    if (active.sizeBytes() == 0 && facts.recoveryPoint() <= active.baseOffset()) {
      return active.baseOffset();
    }
    SegmentEnd end = active.readEnd();
    if (end.indexDamage() != null) {
      rebuildIndexes(active, end.indexDamage());
    }
    String problem = end.damage();
    // 0: a stop that was not ours left no line.
    if (problem == null && facts.recoveryPoint() > 0 && end.nextOffset() != facts.recoveryPoint()) {
      problem = "it ends at offset " + end.nextOffset();
    }
    if (problem == null) {
      return end.nextOffset();
    }
    LOG.warn(
        "{} is not as a clean stop at offset {} left it ({}): it is checked as after a crash",
        active.path(),
        facts.recoveryPoint(),
        problem);
    wasClosedCleanly = false;
    // Whatever vouched for the end of this segment is in doubt with it.
    checkedFromOffset = Math.min(checkedFromOffset, active.baseOffset());
    return UNCHECKED;
  }

  private void loadProducers(long logStartOffset, long logEndOffset) throws IOException {
    if (wasClosedCleanly && producers.snapshots().latestOffset() < 0) {
      // A partition that has producers leaves a snapshot when it is closed.
      producers.updateMapEndOffset(logEndOffset);
      return;
    }
    new ProducerReplay(producers).reload(segments, logStartOffset, logEndOffset, facts.nowMs());
  }

  // ---- After a crash.

  private long recover(LeaderEpochs leaderEpochs, List<Path> files)
      throws IOException, DamagedLogException {
    int first = 0;
    while (first + 1 < segments.size()
        && segments.get(first + 1).baseOffset() <= facts.recoveryPoint()) {
      rebuildDamagedIndexes(segments.get(first));
      first++;
    }
    var replay = new ProducerReplay(producers);
    long firstOffset = segments.get(first).baseOffset();
    rebuildDamagedTransactions(first, firstOffset, files);
    replay.reload(segments.subList(0, first), facts.logStartOffset(), firstOffset, facts.nowMs());
    long endOffset = firstOffset;
    for (int i = first; i < segments.size(); i++) {
      Segment segment = segments.get(i);
      SegmentFile file = retained(segment);
      try {
        SegmentRecovery.Found found = walk(segment, file.file(), producers, leaderEpochs);
        endOffset = found.nextOffset();
        if (isPreallocated(i, file.file(), found)) {
          segment.cutAt(file.file(), found.endPosition(), found.nextOffset());
        } else if (found.damage() != null) {
          requireCuttable(i, file.file(), found);
          cut(i, file.file(), found);
        }
      } finally {
        file.release();
      }
      finish(i, endOffset);
    }
    if (endOffset < vouchedFor()) {
      throw new DamagedLogException(
          "%s ends at offset %d, and everything below %d was on disk; the partition stays offline"
              .formatted(directory, endOffset, facts.recoveryPoint()));
    }
    disk.syncDirectory(directory);
    return endOffset;
  }

  private static void rebuildDamagedIndexes(Segment segment) throws IOException {
    String damage = segment.indexes().visibleDamage(segment.sizeBytes());
    if (damage != null) {
      rebuildIndexes(segment, damage);
    }
  }

  /** Of the first segments, which are not walked otherwise and end at that offset. */
  private void rebuildDamagedTransactions(int segmentCount, long endOffset, List<Path> files)
      throws IOException {
    for (int i = 0; i < segmentCount; i++) {
      Segment segment = segments.get(i);
      if (withTransactionIndex.contains(segment)) {
        long end = i + 1 < segments.size() ? segments.get(i + 1).baseOffset() : endOffset;
        String damage = segment.indexes().transactions().damage(end);
        if (damage != null) {
          rebuildTransactions(i, damage, files);
        }
      }
    }
  }

  /** With what was known of producers where the segment begins, so that no snapshot is touched. */
  private void rebuildTransactions(int index, String damage, List<Path> files) throws IOException {
    Segment segment = segments.get(index);
    LOG.warn("The indexes of {} are built again: {}", segment.path(), damage);
    var snapshots = new ProducerSnapshots(disk, directory);
    snapshots.load(
        files.stream()
            .filter(file ->
                SegmentFiles.offsetOf(file, ProducerSnapshots.SUFFIX) <= segment.baseOffset())
            .toList());
    var earlier =
        new ProducerStates(snapshots, facts.producerMemory(), facts.producerExpirationMs());
    SegmentFile file = retained(segment);
    try {
      new ProducerReplay(earlier)
          .reload(
              segments.subList(0, index),
              facts.logStartOffset(),
              segment.baseOffset(),
              facts.nowMs());
      walk(segment, file.file(), earlier, LeaderEpochs.none(disk, directory));
      segment.seal();
    } finally {
      file.release();
      earlier.close();
    }
  }

  private SegmentRecovery.Found walk(
      Segment segment, DiskFile file, ProducerStates known, LeaderEpochs leaderEpochs)
      throws IOException {
    segment.resetIndexes();
    var replay = new ProducerReplay(known);
    return new SegmentRecovery(segment, file, checkedFromOffset)
        .walk(scan -> {
          RecordBatch batch = scan.batch().isControlBatch() ? scan.load() : scan.batch();
          segment.index(batch, scan.position());
          if (batch.partitionLeaderEpoch() != leaderEpochs.latestEpoch()) {
            leaderEpochs.note(batch.partitionLeaderEpoch(), batch.baseOffset());
          }
          if (batch.baseOffset() >= known.mapEndOffset()) {
            replay.index(replay.noteFromLog(batch, facts.nowMs()), segment);
            known.updateMapEndOffset(batch.nextOffset());
          }
        });
  }

  /** The segment is walked: its indexes and bytes go to the disk before anybody relies on them. */
  private void finish(int index, long endOffset) throws IOException, DamagedLogException {
    Segment segment = segments.get(index);
    segment.syncLog();
    segment.seal();
    if (index + 1 == segments.size()) {
      return;
    }
    long nextBase = segments.get(index + 1).baseOffset();
    if (endOffset > nextBase) {
      throw new DamagedLogException(
          "%s ends at offset %d, above the start of the next segment, %d; the partition stays offline"
              .formatted(segment.path(), endOffset, nextBase));
    }
    producers.updateMapEndOffset(Math.max(nextBase, producers.mapEndOffset()));
    ProducerStates.PendingSnapshot pending = producers.takeSnapshot();
    if (pending != null) {
      producers.snapshots().write(pending.offset(), pending.bytes());
    }
  }

  /** Below this offset nothing may be missing; 0 if all that was synced is deleted since. */
  private long vouchedFor() {
    return facts.recoveryPoint() > facts.logStartOffset() ? facts.recoveryPoint() : 0;
  }

  /** Nothing but zeros to the end of the log: written ahead, and no record is missing. */
  private boolean isPreallocated(int index, DiskFile file, SegmentRecovery.Found found)
      throws IOException {
    return found.damage() != null
        && found.nextOffset() >= vouchedFor()
        && index + 1 == segments.size()
        && Damage.isZero(file, found.endPosition(), segments.get(index).sizeBytes());
  }

  private void requireCuttable(int index, DiskFile file, SegmentRecovery.Found found)
      throws IOException, DamagedLogException {
    String reason = null;
    if (found.nextOffset() < vouchedFor()) {
      reason = "everything below offset " + facts.recoveryPoint() + " was on disk";
    } else {
      int sizeBytes = segments.get(index).sizeBytes();
      reason =
          switch (Damage.kindAt(file, found.endPosition(), sizeBytes, found.nextOffset())) {
            case LOST_SECTOR -> null;
            case TORN_TAIL -> null;
            case DAMAGED_LAST_BATCH -> hasDataBehind(index) ? "whole segments follow" : null;
            case DAMAGED_BEFORE_OTHERS -> "good batches follow";
          };
    }
    if (reason != null) {
      throw new DamagedLogException(
          "%s is damaged at position %d, offset %d (%s), and %s; the partition stays offline"
              .formatted(
                  file.path(), found.endPosition(), found.nextOffset(), found.damage(), reason));
    }
  }

  private boolean hasDataBehind(int index) {
    return segments.subList(index + 1, segments.size()).stream()
        .anyMatch(segment -> segment.sizeBytes() > 0);
  }

  /** Takes out what was never synced: this segment's tail, and what was rolled behind it. */
  private void cut(int index, DiskFile file, SegmentRecovery.Found found) throws IOException {
    while (segments.size() > index + 1) {
      Segment behind = segments.removeLast();
      String kept = behind.sizeBytes() == 0 ? "it was empty" : cutKeeper.keepWhole(behind);
      LOG.warn(
          "{} lies behind what was lost at offset {} and is taken out, {} bytes: {}",
          behind.path(),
          found.nextOffset(),
          behind.sizeBytes(),
          kept);
      behind.retire();
      behind.delete();
      disk.syncDirectory(directory);
    }
    Segment segment = segments.get(index);
    String kept = cutKeeper.keepTail(segment, file, found.endPosition(), segment.sizeBytes());
    LOG.warn(
        "{} is cut at position {}, offset {} ({}): {} bytes that were never synced, {}",
        segment.path(),
        found.endPosition(),
        found.nextOffset(),
        found.damage(),
        segment.sizeBytes() - found.endPosition(),
        kept);
    segment.cutAt(file, found.endPosition(), found.nextOffset());
  }
}
