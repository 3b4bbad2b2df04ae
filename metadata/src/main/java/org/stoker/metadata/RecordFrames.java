package org.stoker.metadata;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.stoker.protocol.MalformedMessageException;
import org.stoker.protocol.Message;
import org.stoker.protocol.MetadataRecordCodec;
import org.stoker.protocol.UnsupportedVersionException;
import org.stoker.protocol.WireReader;
import org.stoker.protocol.WireWriter;

/** Metadata records as bytes: each a length (as of compact bytes) and Kafka's frame of it. */
final class RecordFrames {
  private RecordFrames() {}

  /** One record with its length. */
  static ByteBuffer encode(Message record) {
    ByteBuffer frame = MetadataRecordCodec.encode(record, record.highestSupportedVersion());
    var framed = new WireWriter(frame.remaining() + 5);
    framed.writeBuffer(frame, true);
    return framed.toByteBuffer();
  }

  /**
   * Reads all records that remain.
   *
   * @throws CorruptLogException if the bytes are no records of ours
   */
  static List<Message> decode(WireReader in) {
    List<Message> records = new ArrayList<>();
    try {
      while (in.remaining() > 0) {
        records.add(MetadataRecordCodec.read(in.readBuffer("record", true)).message());
      }
    } catch (MalformedMessageException | UnsupportedVersionException e) {
      throw new CorruptLogException("metadata record " + records.size() + ": " + e.getMessage(), e);
    }
    return records;
  }

  static int crc32c(ByteBuffer bytes) {
    var crc = new CRC32C();
    crc.update(bytes.duplicate());
    return (int) crc.getValue();
  }
}
