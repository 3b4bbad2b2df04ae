package org.stoker.protocol;

import java.nio.ByteBuffer;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.stoker.protocol.record.GroupRecordType;
import org.stoker.protocol.record.ShareRecordType;
import org.stoker.protocol.record.TransactionRecordType;

/**
 * How the coordinators' topics frame their records: a key begins with the type's id, a value with
 * the version it is written in, both of 16 bits; a record without a value deletes.
 */
public final class CoordinatorRecordCodec {
  /** For the topic __consumer_offsets. */
  public static final CoordinatorRecordCodec GROUP =
      new CoordinatorRecordCodec(GroupRecordType::forId);

  /** For the topic __transaction_state. */
  public static final CoordinatorRecordCodec TRANSACTION =
      new CoordinatorRecordCodec(TransactionRecordType::forId);

  /** For the topic __share_group_state. */
  public static final CoordinatorRecordCodec SHARE =
      new CoordinatorRecordCodec(ShareRecordType::forId);

  // Keys never change, or compaction would keep both: they have the version 0 only.
  private static final short KEY_VERSION = 0;

  private final IntFunction<@Nullable CoordinatorRecordType> types;

  private CoordinatorRecordCodec(IntFunction<@Nullable CoordinatorRecordType> types) {
    this.types = types;
  }

  /** What a record of such a topic turned out to be. */
  public sealed interface Decoded {
    /** A record that we understand; a tombstone if its value is null. */
    record Known(CoordinatorRecordType type, Message key, @Nullable VersionedMessage value)
        implements Decoded {}

    /** A type that a newer release wrote; whoever loads the topic passes over it. */
    record UnknownType(short id) implements Decoded {}

    /** A value in a version that only a newer release knows. */
    record UnknownVersion(CoordinatorRecordType type, Message key, short version)
        implements Decoded {}
  }

  public static ByteBuffer encodeKey(Message key) {
    return encode(key.apiKey(), key, KEY_VERSION);
  }

  public static ByteBuffer encodeValue(Message value, short version) {
    return encode(version, value, version);
  }

  private static ByteBuffer encode(short prefix, Message message, short version) {
    WireWriter out = new WireWriter(2 + message.size(version));
    out.writeInt16(prefix);
    message.write(out, version);
    return out.toByteBuffer();
  }

  public Decoded decode(ByteBuffer key, @Nullable ByteBuffer value) {
    WireReader keyIn = new WireReader(key);
    short id = keyIn.readInt16();
    CoordinatorRecordType type = types.apply(id);
    if (type == null) {
      return new Decoded.UnknownType(id);
    }
    Message keyMessage = type.newKey();
    keyMessage.read(keyIn, KEY_VERSION);
    return value == null
        ? new Decoded.Known(type, keyMessage, null)
        : decodeValue(type, keyMessage, new WireReader(value));
  }

  private static Decoded decodeValue(CoordinatorRecordType type, Message key, WireReader in) {
    short version = in.readInt16();
    Message value = type.newValue();
    if (version < value.lowestSupportedVersion() || version > value.highestSupportedVersion()) {
      return new Decoded.UnknownVersion(type, key, version);
    }
    value.read(in, version);
    return new Decoded.Known(type, key, new VersionedMessage(value, version));
  }
}
