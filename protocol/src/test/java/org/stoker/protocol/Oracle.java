package org.stoker.protocol;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Compares what we say with what Kafka's own classes say. */
final class Oracle {
  private Oracle() {}

  /** The first thing that differs between us and Kafka over this message, or null. */
  static @Nullable String disagreement(MessageType type, Message ours, short version) {
    KafkasWords kafkas = new KafkasWords(type.definition(), type.kafkas());
    ByteBuffer expected = KafkasWords.bytes(kafkas.translate(ours), version);
    ByteBuffer written = bytes(ours, version);
    if (!written.equals(expected)) {
      return where(type, version) + "bytes differ:\n" + hex(written) + "\n" + hex(expected);
    }
    if (ours.size(version) != written.remaining() || !fitsItsSize(ours, version)) {
      return where(type, version) + "size says " + ours.size(version);
    }
    ByteBuffer echoed = KafkasWords.bytes(kafkas.read(written, version), version);
    if (!echoed.equals(written)) {
      return where(type, version) + "Kafka reads it as:\n" + hex(written) + "\n" + hex(echoed);
    }
    Message read = (Message) Reflection.create(ours.getClass());
    WireReader in = new WireReader(expected);
    read.read(in, version);
    if (in.remaining() > 0) {
      return where(type, version) + in.remaining() + " bytes were not read";
    }
    if (!read.equals(ours) || read.hashCode() != ours.hashCode()) {
      return where(type, version) + "read back differs:\n" + ours + "\n" + read;
    }
    return bytes(read, version).equals(expected)
        ? null
        : where(type, version) + "rewritten differs";
  }

  private static boolean fitsItsSize(Message message, short version) {
    AtomicBoolean grew = new AtomicBoolean();
    WireWriter out =
        new WireWriter(
            ByteBuffer.allocate(message.size(version)),
            (full, capacity) -> {
              grew.set(true);
              return BufferGrowth.DOUBLING.grow(full, capacity);
            });
    message.write(out, version);
    return !grew.get();
  }

  static ByteBuffer bytes(Message message, short version) {
    WireWriter out = new WireWriter(16);
    message.write(out, version);
    return out.toByteBuffer();
  }

  private static String where(MessageType type, short version) {
    return type + " version " + version + ": ";
  }

  private static String hex(ByteBuffer bytes) {
    byte[] array = new byte[bytes.remaining()];
    bytes.duplicate().get(array);
    return HexFormat.of().formatHex(array);
  }
}
