package org.stoker.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stoker.base.Disk;
import org.stoker.base.ThreadSafe;
import org.stoker.protocol.WireReader;
import org.stoker.protocol.WireWriter;
import org.stoker.protocol.record.ProducerSnapshot;

/**
 * The {@code .snapshot} files of a partition: what {@link ProducerStates} knew at an offset, so
 * that a start need not read the log from its beginning.
 *
 * <p>Its methods touch the disk and belong on a storage thread, one at a time.
 */
@ThreadSafe
final class ProducerSnapshots {
  static final String SUFFIX = ".snapshot";
  static final String DELETED_SUFFIX = ".deleted";

  private static final Logger LOG = LoggerFactory.getLogger(ProducerSnapshots.class);
  private static final short VERSION = 1;
  private static final int CRC_POSITION = Short.BYTES;
  private static final int CHECKED_FROM = CRC_POSITION + Integer.BYTES;
  private static final int OFFSET_DIGITS = 20;
  // The entries are read and written one by one: a partition may have hundreds of thousands.
  private static final int FIRST_ENTRY_POSITION = CHECKED_FROM + Integer.BYTES;
  private static final int ENTRY_SIZE = 46;

  private final Disk disk;
  private final ConcurrentSkipListSet<Long> offsets = new ConcurrentSkipListSet<>();
  private volatile Path directory;

  ProducerSnapshots(Disk disk, Path directory) {
    this.disk = disk;
    this.directory = directory;
  }

  /** Looks which snapshots there are. */
  void load() throws IOException {
    load(disk.list(directory));
  }

  /** Takes the snapshots among the files of the directory, when those were listed already. */
  void load(Collection<Path> files) {
    offsets.clear();
    for (Path file : files) {
      String name = String.valueOf(file.getFileName());
      String digits = name.endsWith(SUFFIX) ? name.substring(0, name.length() - 9) : "";
      if (digits.length() == OFFSET_DIGITS && digits.chars().allMatch(Character::isDigit)) {
        try {
          offsets.add(Long.parseLong(digits));
        } catch (NumberFormatException _) {
          LOG.warn("{} is named for no offset, it is left alone", file);
        }
      }
    }
  }

  /** The directory was renamed. */
  void movedTo(Path newDirectory) {
    directory = newDirectory;
  }

  Path path(long offset) {
    String digits = Long.toString(offset);
    return directory.resolve("0".repeat(OFFSET_DIGITS - digits.length()) + digits + SUFFIX);
  }

  /** The offsets of all snapshots, ascending. */
  List<Long> offsets() {
    return List.copyOf(offsets);
  }

  /** The offset of the newest snapshot; −1 if there is none. */
  long latestOffset() {
    return offsets.isEmpty() ? -1 : offsets.last();
  }

  /** Writes a snapshot whole and durably; an older one of this offset is replaced. */
  void write(long offset, ByteBuffer bytes) throws IOException {
    new AtomicFile(disk, path(offset)).replace(bytes);
    offsets.add(offset);
  }

  /** Writes it beside, for the caller to sync and then to publish. */
  AtomicFile prepare(long offset, ByteBuffer bytes) throws IOException {
    var file = new AtomicFile(disk, path(offset));
    file.prepare(bytes);
    offsets.add(offset);
    return file;
  }

  /** In this order; the one used last comes last. */
  static ByteBuffer encode(Collection<ProducerState> producers) {
    var out = new WireWriter(FIRST_ENTRY_POSITION + ENTRY_SIZE * producers.size());
    out.writeInt16(VERSION);
    out.writeUint32(0);
    out.writeInt32(producers.size());
    var entry = new ProducerSnapshot.ProducerEntry();
    for (ProducerState producer : producers) {
      entry
          .setProducerId(producer.producerId())
          .setEpoch(producer.epoch())
          .setLastSequence(producer.lastSequence())
          .setLastOffset(producer.lastOffset())
          .setOffsetDelta(producer.lastOffsetDelta())
          .setTimestamp(producer.lastTimestamp())
          .setCoordinatorEpoch(producer.coordinatorEpoch())
          .setCurrentTxnFirstOffset(producer.transactionFirstOffset())
          .write(out, VERSION);
    }
    ByteBuffer bytes = out.toByteBuffer();
    return bytes.putInt(bytes.position() + CRC_POSITION, checksum(bytes));
  }

  private static int checksum(ByteBuffer bytes) {
    var crc = new CRC32C();
    crc.update(bytes.duplicate().position(bytes.position() + CHECKED_FROM));
    return (int) crc.getValue();
  }

  /**
   * Reads the newest snapshot that is whole, and deletes those that are not.
   *
   * @param maxCount of more producers only so many of those used last, and those in a transaction
   * @return null if there is none
   */
  @Nullable Loaded loadLatest(int maxCount) throws IOException {
    while (true) {
      long offset = latestOffset();
      if (offset < 0) {
        return null;
      }
      try {
        byte[] bytes = new AtomicFile(disk, path(offset)).readBytes();
        if (bytes != null) {
          return new Loaded(offset, decode(path(offset), bytes, maxCount));
        }
        LOG.warn("{} is gone, an older one is used", path(offset));
      } catch (CorruptFileException e) {
        LOG.warn(
            "A producer snapshot is damaged and deleted, an older one is used: {}", e.getMessage());
      }
      delete(offset);
    }
  }

  /** What a snapshot said, and of which offset. */
  record Loaded(long offset, List<ProducerState> producers) {}

  static List<ProducerState> decode(Path file, byte[] bytes, int maxCount)
      throws CorruptFileException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    if (bytes.length < FIRST_ENTRY_POSITION || buffer.getShort(0) != VERSION) {
      throw new CorruptFileException(
          file, "no snapshot of version " + VERSION + ", " + bytes.length + " bytes");
    }
    int stored = buffer.getInt(CRC_POSITION);
    int computed = checksum(buffer);
    if (stored != computed) {
      throw new CorruptFileException(
          file, "the checksum is %08x and should be %08x".formatted(stored, computed));
    }
    int count = buffer.getInt(CHECKED_FROM);
    if (count < 0 || count > (bytes.length - FIRST_ENTRY_POSITION) / ENTRY_SIZE) {
      throw new CorruptFileException(
          file, "%d producers do not fit into %d bytes".formatted(count, bytes.length));
    }
    return decode(new WireReader(buffer.position(FIRST_ENTRY_POSITION)), count, maxCount);
  }

  private static List<ProducerState> decode(WireReader in, int count, int maxCount) {
    var producers = new ArrayList<ProducerState>(Math.min(count, maxCount));
    for (int i = 0; i < count; i++) {
      var entry = new ProducerSnapshot.ProducerEntry(in, VERSION);
      if (i >= count - maxCount || entry.currentTxnFirstOffset() >= 0) {
        producers.add(toState(entry));
      }
    }
    return producers;
  }

  private static ProducerState toState(ProducerSnapshot.ProducerEntry entry) {
    long firstOffset = Math.max(ProducerState.NO_OFFSET, entry.currentTxnFirstOffset());
    var state =
        new ProducerState(
            entry.producerId(),
            entry.epoch(),
            entry.coordinatorEpoch(),
            entry.timestamp(),
            firstOffset);
    if (entry.lastOffset() >= 0) {
      state.addBatch(
          entry.epoch(),
          entry.lastSequence(),
          entry.lastOffset(),
          entry.offsetDelta(),
          entry.timestamp());
    }
    return state;
  }

  void delete(long offset) throws IOException {
    if (offsets.remove(offset)) {
      disk.delete(path(offset));
    }
  }

  void deleteAll() throws IOException {
    for (long offset : offsets()) {
      delete(offset);
    }
  }

  /** Deletes those below this offset. */
  void deleteBefore(long offset) throws IOException {
    for (long each : offsets.headSet(offset)) {
      delete(each);
    }
  }

  /** Deletes those that say nothing about a log from start to end. */
  void keepWithin(long logStartOffset, long logEndOffset) throws IOException {
    for (long each : offsets()) {
      if (each <= logStartOffset || each > logEndOffset) {
        delete(each);
      }
    }
  }

  /**
   * Gives the snapshot of a segment that is being deleted its other name.
   *
   * @return the file to delete later; null if there is none
   */
  @Nullable Path markDeleted(long offset) throws IOException {
    Path file = path(offset);
    if (!offsets.remove(offset) || !disk.exists(file)) {
      return null;
    }
    Path marked = file.resolveSibling(file.getFileName() + DELETED_SUFFIX);
    disk.rename(file, marked);
    return marked;
  }

  /**
   * Keeps the snapshots at the segments' base offsets, and of the others only the newest, if it is
   * behind all of those: a start reads from there on.
   */
  void deleteStray(Collection<Long> segmentBaseOffsets) throws IOException {
    var bases = new HashSet<>(segmentBaseOffsets);
    var stray = new TreeSet<>(offsets);
    stray.removeAll(bases);
    long largestBase = bases.stream().mapToLong(Long::longValue).max().orElse(Long.MIN_VALUE);
    for (long each : stray) {
      if (each != stray.last() || each < largestBase) {
        delete(each);
      }
    }
  }
}
