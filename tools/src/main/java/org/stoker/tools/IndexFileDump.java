package org.stoker.tools;

import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import org.apache.kafka.common.record.internal.FileLogInputStream.FileChannelRecordBatch;
import org.apache.kafka.common.record.internal.FileRecords;
import org.apache.kafka.common.record.internal.Record;

/** Prints offset and time indexes, and holds every entry against the log. */
final class IndexFileDump {
  private static final int OFFSET_ENTRY_BYTES = 8;
  private static final int TIME_ENTRY_BYTES = 12;
  private static final long NOT_FOUND = -1;

  private final PrintStream out;
  private final DumpFindings findings;
  private final boolean sanityOnly;
  private final boolean verifyOnly;
  private final int mostBatchBytes;

  IndexFileDump(
      PrintStream out,
      DumpFindings findings,
      boolean sanityOnly,
      boolean verifyOnly,
      int mostBatchBytes) {
    this.out = out;
    this.findings = findings;
    this.sanityOnly = sanityOnly;
    this.verifyOnly = verifyOnly;
    this.mostBatchBytes = mostBatchBytes;
  }

  void dumpOffsetIndex(File file) throws IOException {
    FileRecords log = FileRecords.open(SegmentFiles.sibling(file, ".log"), false);
    try {
      var index = new Index(file, OFFSET_ENTRY_BYTES);
      if (index.count == 0) {
        out.println(file + " is empty.");
      } else if (sanityOnly) {
        index.checkOffsets(index.offset(index.count - 1));
        out.println(file + " passed sanity check.");
      } else {
        verifyOffsets(file, index, log);
      }
    } finally {
      log.channel().close();
    }
  }

  private void verifyOffsets(File file, Index index, FileRecords log) {
    for (int i = 0; i < index.count && !index.endsAt(i); i++) {
      long offset = index.offset(i);
      int position = index.position(i);
      FileChannelRecordBatch batch =
          log.slice(position, mostBatchBytes).batches().iterator().next();
      if (batch.lastOffset() != offset) {
        findings.indexMismatch(file, offset, batch.lastOffset());
      }
      if (!verifyOnly) {
        out.println("offset: " + offset + " position: " + position);
      }
    }
  }

  void dumpTimeIndex(File file) throws IOException {
    FileRecords log = FileRecords.open(SegmentFiles.sibling(file, ".log"), false);
    try {
      var offsets = new Index(SegmentFiles.sibling(file, ".index"), OFFSET_ENTRY_BYTES);
      var times = new Index(file, TIME_ENTRY_BYTES);
      if (sanityOnly) {
        times.checkTimes();
        out.println(file + " passed sanity check.");
      } else {
        verifyTimes(file, times, offsets, log);
      }
    } finally {
      log.channel().close();
    }
  }

  private void verifyTimes(File file, Index times, Index offsets, FileRecords log) {
    long previousTimestamp = -1;
    for (int i = 0; i < times.count && !times.endsAt(i); i++) {
      long timestamp = times.timestamp(i);
      long offset = times.offset(i);
      verifyTime(file, timestamp, offset, previousTimestamp, log, offsets.positionBefore(offset));
      if (!verifyOnly) {
        out.println("timestamp: " + timestamp + " offset: " + offset);
      }
      previousTimestamp = timestamp;
    }
  }

  private void verifyTime(
      File file,
      long timestamp,
      long offset,
      long previousTimestamp,
      FileRecords log,
      int position) {
    FileChannelRecordBatch found = null;
    for (FileChannelRecordBatch batch : log.slice(position, Integer.MAX_VALUE).batches()) {
      if (batch.lastOffset() >= offset) {
        found = batch;
        break;
      }
    }
    if (found == null) {
      findings.offsetNotFound(file, offset, NOT_FOUND);
    } else if (found.lastOffset() != offset) {
      findings.offsetNotFound(file, offset, found.lastOffset());
    } else {
      long maxTimestamp = -1;
      for (Record record : found) {
        maxTimestamp = Math.max(maxTimestamp, record.timestamp());
      }
      if (maxTimestamp != timestamp) {
        findings.timeMismatch(file, timestamp, maxTimestamp);
      }
      if (previousTimestamp >= timestamp) {
        findings.timeOutOfOrder(file, timestamp, previousTimestamp);
      }
    }
  }

  /** The entries of an index; a preallocated one ends with entries of nothing but zeros. */
  private static final class Index {
    private final File file;
    private final int entryBytes;
    private final long baseOffset;
    private final ByteBuffer bytes;
    private final int count;

    Index(File file, int entryBytes) throws IOException {
      this.file = file;
      this.entryBytes = entryBytes;
      this.baseOffset = SegmentFiles.baseOffset(file);
      this.bytes = ByteBuffer.wrap(Files.readAllBytes(file.toPath()));
      this.count = bytes.limit() / entryBytes;
    }

    boolean endsAt(int entry) {
      return entry > 0 && offset(entry) == baseOffset;
    }

    /**
     * Relative in the file, in four bytes: the last but four of an offset entry, the last of a time
     * entry.
     */
    long offset(int entry) {
      int at = entry * entryBytes + (entryBytes == TIME_ENTRY_BYTES ? Long.BYTES : 0);
      return baseOffset + bytes.getInt(at);
    }

    int position(int entry) {
      return bytes.getInt(entry * entryBytes + Integer.BYTES);
    }

    long timestamp(int entry) {
      return bytes.getLong(entry * entryBytes);
    }

    /** Where to start looking for the offset. */
    int positionBefore(long offset) {
      int position = 0;
      for (int i = 0; i < count && !endsAt(i) && offset(i) <= offset; i++) {
        position = position(i);
      }
      return position;
    }

    void checkOffsets(long lastOffset) {
      if (lastOffset < baseOffset) {
        throw new ToolFailure(
            "Corrupt index found, index file "
                + file.getAbsolutePath()
                + " has non-zero size but the last offset is "
                + lastOffset
                + " which is less than the base offset "
                + baseOffset);
      }
      checkLength("Index file ");
    }

    void checkTimes() {
      if (count > 0) {
        String corrupt =
            "Corrupt time index found, time index file ("
                + file.getAbsolutePath()
                + ") has non-zero size but the last ";
        long first = timestamp(0);
        long last = timestamp(count - 1);
        if (last < first) {
          throw new ToolFailure(
              corrupt
                  + "timestamp is "
                  + last
                  + " which is less than the first timestamp "
                  + first);
        }
        long lastOffset = offset(count - 1);
        if (lastOffset < baseOffset) {
          throw new ToolFailure(
              corrupt
                  + "offset is "
                  + lastOffset
                  + " which is less than the first offset "
                  + baseOffset);
        }
      }
      checkLength("Time index file ");
    }

    private void checkLength(String what) {
      if (bytes.limit() % entryBytes != 0) {
        throw new ToolFailure(
            what
                + file.getAbsolutePath()
                + " is corrupt, found "
                + bytes.limit()
                + " bytes which is neither positive nor a multiple of "
                + entryBytes);
      }
    }
  }
}
