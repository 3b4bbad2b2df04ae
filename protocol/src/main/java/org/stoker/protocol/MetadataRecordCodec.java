package org.stoker.protocol;

import java.nio.ByteBuffer;
import org.stoker.protocol.record.MetadataRecordType;

/**
 * How records of the cluster's event log are framed: the frame's own version, the record's type,
 * the record's version, each an unsigned varint, then the record and nothing after it.
 */
public final class MetadataRecordCodec {
  private static final int FRAME_VERSION = 1;

  private MetadataRecordCodec() {}

  public static void write(WireWriter out, Message record, short version) {
    out.writeUnsignedVarint(FRAME_VERSION);
    out.writeUnsignedVarint(record.apiKey());
    out.writeUnsignedVarint(version);
    record.write(out, version);
  }

  public static ByteBuffer encode(Message record, short version) {
    WireWriter out = new WireWriter(8 + record.size(version));
    write(out, record, version);
    return out.toByteBuffer();
  }

  /**
   * Reads one record. A type or version that this release does not know is an {@link
   * UnsupportedVersionException}: to skip it would be to lose a change of the cluster.
   */
  public static VersionedMessage read(ByteBuffer bytes) {
    WireReader in = new WireReader(bytes);
    int frameVersion = in.readUnsignedVarint();
    if (frameVersion != FRAME_VERSION) {
      throw new MalformedMessageException("metadata record of frame version " + frameVersion);
    }
    int typeId = readShort(in, "type");
    short version = readShort(in, "version");
    MetadataRecordType type = MetadataRecordType.forId(typeId);
    if (type == null) {
      throw UnsupportedVersionException.of("metadata record type " + typeId, version);
    }
    Message record = type.newRecord();
    record.read(in, version);
    if (in.remaining() > 0) {
      throw new MalformedMessageException(in.remaining() + " bytes after a " + type);
    }
    return new VersionedMessage(record, version);
  }

  private static short readShort(WireReader in, String field) {
    int value = in.readUnsignedVarint();
    if (value < 0 || value > Short.MAX_VALUE) {
      throw new MalformedMessageException("metadata record of " + field + " " + value);
    }
    return (short) value;
  }
}
