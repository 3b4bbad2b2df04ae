package org.stoker.metadata;

import java.nio.ByteBuffer;
import java.util.List;
import org.stoker.protocol.MalformedMessageException;
import org.stoker.protocol.Message;
import org.stoker.protocol.WireReader;
import org.stoker.protocol.WireWriter;

/**
 * One node of the log: records that become visible together.
 *
 * <p>On disk: format (int8, 1), controller epoch (int32), controller id (int32), base offset
 * (int64), wall time (int64), record count (int32), CRC-32C of everything but itself (int32), the
 * records.
 */
record LogEntry(
    long baseOffset,
    int controllerEpoch,
    int controllerId,
    long timestampMs,
    List<Message> records,
    int sizeBytes) {
  private static final byte FORMAT = 1;
  private static final int CRC_POSITION = 29;
  static final int HEADER_SIZE_BYTES = 33;

  long endOffset() {
    return baseOffset + records.size();
  }

  /** Who writes, and when. */
  record Author(int controllerEpoch, int controllerId, long timestampMs) {}

  /** An entry of these encoded records, as it is stored. */
  static byte[] encode(Author author, long baseOffset, List<ByteBuffer> records) {
    int size = HEADER_SIZE_BYTES;
    for (ByteBuffer record : records) {
      size += record.remaining();
    }
    var out = new WireWriter(size);
    out.writeInt8(FORMAT);
    out.writeInt32(author.controllerEpoch());
    out.writeInt32(author.controllerId());
    out.writeInt64(baseOffset);
    out.writeInt64(author.timestampMs());
    out.writeInt32(records.size());
    out.writeInt32(0);
    for (ByteBuffer record : records) {
      out.writeRaw(record);
    }
    byte[] bytes = new byte[size];
    out.toByteBuffer().get(bytes);
    ByteBuffer.wrap(bytes).putInt(CRC_POSITION, crcOf(bytes));
    return bytes;
  }

  /**
   * Reads a stored entry.
   *
   * @throws CorruptLogException if it is not as it was written
   */
  static LogEntry decode(byte[] bytes, long baseOffset) {
    if (bytes.length < HEADER_SIZE_BYTES) {
      throw new CorruptLogException(
          "entry " + baseOffset + " has " + bytes.length + " bytes, less than its header");
    }
    try {
      return decode(new WireReader(ByteBuffer.wrap(bytes)), bytes, baseOffset);
    } catch (MalformedMessageException e) {
      throw new CorruptLogException("entry " + baseOffset + ": " + e.getMessage(), e);
    }
  }

  private static LogEntry decode(WireReader in, byte[] bytes, long baseOffset) {
    byte format = in.readInt8();
    if (format != FORMAT) {
      throw new CorruptLogException("entry " + baseOffset + " is of format " + format);
    }
    int epoch = in.readInt32();
    int controllerId = in.readInt32();
    long storedOffset = in.readInt64();
    long timestampMs = in.readInt64();
    int count = in.readInt32();
    int crc = in.readInt32();
    if (crc != crcOf(bytes)) {
      throw new CorruptLogException("entry " + baseOffset + " does not have its checksum");
    }
    List<Message> records = RecordFrames.decode(in);
    if (storedOffset != baseOffset || records.size() != count || count == 0) {
      throw new CorruptLogException(
          "entry "
              + baseOffset
              + " says it is "
              + storedOffset
              + " with "
              + count
              + " records and holds "
              + records.size());
    }
    return new LogEntry(baseOffset, epoch, controllerId, timestampMs, records, bytes.length);
  }

  private static int crcOf(byte[] bytes) {
    ByteBuffer copy = ByteBuffer.wrap(bytes.clone());
    copy.putInt(CRC_POSITION, 0);
    return RecordFrames.crc32c(copy);
  }
}
