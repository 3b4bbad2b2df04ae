package org.stoker.tools;

import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Arrays;
import java.util.Iterator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.kafka.common.errors.CorruptRecordException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.FileLogInputStream.FileChannelRecordBatch;
import org.apache.kafka.common.record.internal.FileRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.Records;
import org.jspecify.annotations.Nullable;

/** Prints the batches of a segment, and the records inside of them when they are wanted. */
final class LogFileDump {
  private static final Pattern CHECKPOINT = Pattern.compile("(\\d{20})-(\\d{10})\\.checkpoint");
  private static final int CHUNK_BYTES = 64 * 1024;

  private final PrintStream out;
  private final DumpFindings findings;
  private final boolean deep;
  private final @Nullable RecordDecoder decoder;
  private final boolean skipMetadata;
  private final int mostBytes;

  /** Keys and values are printed when there is a decoder. */
  LogFileDump(
      PrintStream out,
      DumpFindings findings,
      boolean deep,
      @Nullable RecordDecoder decoder,
      boolean skipMetadata,
      int mostBytes) {
    this.out = out;
    this.findings = findings;
    this.deep = deep;
    this.decoder = decoder;
    this.skipMetadata = skipMetadata;
    this.mostBytes = mostBytes;
  }

  void dump(File file) throws IOException {
    out.println(title(file));
    FileRecords whole = FileRecords.open(file, false);
    try {
      FileRecords records = whole.slice(0, mostBytes);
      long position = 0;
      long lastOffset = -1;
      Iterator<FileChannelRecordBatch> batches = records.batches().iterator();
      while (hasNext(batches, whole.channel(), position)) {
        FileChannelRecordBatch batch = batches.next();
        out.println(line(batch, position));
        if (deep) {
          lastOffset = dumpRecords(batch, file, lastOffset);
        }
        position += batch.sizeInBytes();
      }
      long trailingBytes = records.sizeInBytes() - position;
      // Fewer bytes than a batch begins with are called invalid by Kafka's tool, even if zero.
      boolean areZeros =
          trailingBytes >= Records.LOG_OVERHEAD && isZeroFrom(whole.channel(), position);
      if (trailingBytes > 0 && mostBytes == Integer.MAX_VALUE && !areZeros) {
        out.println("Found " + trailingBytes + " invalid bytes at the end of " + file.getName());
      }
    } finally {
      // Not the records themselves: closing them trims the file to the size it had when opened.
      whole.channel().close();
    }
  }

  /** A broker that runs, or was killed, may have written zeros ahead of its batches: their end. */
  private static boolean hasNext(
      Iterator<FileChannelRecordBatch> batches, FileChannel channel, long position)
      throws IOException {
    try {
      return batches.hasNext();
    } catch (CorruptRecordException e) {
      if (isZeroFrom(channel, position)) {
        return false;
      }
      throw e;
    }
  }

  private static boolean isZeroFrom(FileChannel channel, long position) throws IOException {
    ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES);
    long at = position;
    while (channel.read(chunk.clear(), at) > 0) {
      chunk.flip();
      at += chunk.remaining();
      while (chunk.hasRemaining()) {
        if (chunk.get() != 0) {
          return false;
        }
      }
    }
    return true;
  }

  private static String title(File file) {
    String name = file.getName();
    if (name.equals("bootstrap.checkpoint")) {
      return "KRaft bootstrap snapshot";
    }
    Matcher checkpoint = CHECKPOINT.matcher(name);
    if (checkpoint.matches()) {
      return "Snapshot end offset: "
          + Long.parseLong(checkpoint.group(1))
          + ", epoch: "
          + Integer.parseInt(checkpoint.group(2));
    }
    return "Log starting offset: " + SegmentFiles.baseOffset(file);
  }

  private static String line(FileChannelRecordBatch batch, long position) {
    var line = new StringBuilder();
    if (batch.magic() >= RecordBatch.MAGIC_VALUE_V2) {
      line.append("baseOffset: ").append(batch.baseOffset());
      line.append(" lastOffset: ").append(batch.lastOffset());
      line.append(" count: ").append(batch.countOrNull());
      line.append(" baseSequence: ").append(batch.baseSequence());
      line.append(" lastSequence: ").append(batch.lastSequence());
      line.append(" producerId: ").append(batch.producerId());
      line.append(" producerEpoch: ").append(batch.producerEpoch());
      line.append(" partitionLeaderEpoch: ").append(batch.partitionLeaderEpoch());
      line.append(" isTransactional: ").append(batch.isTransactional());
      line.append(" isControl: ").append(batch.isControlBatch());
      line.append(" deleteHorizonMs: ").append(batch.deleteHorizonMs());
    } else {
      line.append("offset: ").append(batch.lastOffset());
    }
    line.append(" position: ").append(position);
    line.append(' ').append(batch.timestampType()).append(": ").append(batch.maxTimestamp());
    line.append(" size: ").append(batch.sizeInBytes());
    line.append(" magic: ").append(batch.magic());
    line.append(" compresscodec: ").append(batch.compressionType().name);
    line.append(" crc: ").append(batch.checksum());
    line.append(" isvalid: ").append(batch.isValid());
    return line.toString();
  }

  private long dumpRecords(FileChannelRecordBatch batch, File file, long previousOffset) {
    long lastOffset = previousOffset;
    for (Record record : batch) {
      if (record.offset() != lastOffset + 1) {
        findings.gap(file, lastOffset, record.offset());
      }
      lastOffset = record.offset();
      var line = new StringBuilder();
      if (!skipMetadata) {
        addMetadata(line, batch, record);
      }
      if (decoder != null && !batch.isControlBatch()) {
        addContents(line, decoder.decode(record));
      }
      out.println(line);
    }
    return lastOffset;
  }

  private static void addMetadata(StringBuilder line, RecordBatch batch, Record record) {
    line.append("| offset: ").append(record.offset());
    line.append(' ').append(batch.timestampType()).append(": ").append(record.timestamp());
    line.append(" keySize: ").append(record.keySize());
    line.append(" valueSize: ").append(record.valueSize());
    if (batch.magic() >= RecordBatch.MAGIC_VALUE_V2) {
      line.append(" sequence: ").append(record.sequence());
      line.append(" headerKeys: ")
          .append(
              Arrays.stream(record.headers())
                  .map(Header::key)
                  .collect(Collectors.joining(",", "[", "]")));
    }
    if (batch.isControlBatch()) {
      addControl(line, record);
    }
  }

  private static void addControl(StringBuilder line, Record record) {
    short id = ControlRecordType.parseTypeId(record.key());
    ControlRecordType type = ControlRecordType.fromTypeId(id);
    switch (type) {
      case ABORT, COMMIT -> {
        EndTransactionMarker marker = EndTransactionMarker.deserialize(record);
        line.append(" endTxnMarker: ").append(marker.controlType());
        line.append(" coordinatorEpoch: ").append(marker.coordinatorEpoch());
      }
      case LEADER_CHANGE, SNAPSHOT_HEADER, SNAPSHOT_FOOTER, KRAFT_VERSION, KRAFT_VOTERS ->
          line.append(QuorumControlRecords.describe(type, record));
      default -> line.append(" controlType: ").append(type).append('(').append(id).append(')');
    }
  }

  private void addContents(StringBuilder line, RecordDecoder.Decoded decoded) {
    String prefix = skipMetadata ? "| " : " ";
    if (decoded.key().isPresent()) {
      line.append(prefix).append("key: ").append(decoded.key().get());
      prefix = " ";
    }
    if (decoded.value().isPresent()) {
      line.append(prefix).append("payload: ").append(decoded.value().get());
    }
  }
}
