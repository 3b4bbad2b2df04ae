package org.stoker.tools;

import java.io.File;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.OptionalLong;
import java.util.zip.CRC32C;

/** Prints the files that hold state beside the records: producers and aborted transactions. */
final class StateFileDump {
  private static final short SNAPSHOT_VERSION = 1;
  private static final int CRC_END = 6;
  private static final int ABORTED_BYTES = 34;
  private static final short ABORTED_VERSION = 0;

  private StateFileDump() {}

  static void transactionIndex(File file, Terminal terminal) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file.toPath()));
    while (bytes.remaining() >= ABORTED_BYTES) {
      short version = bytes.getShort();
      if (version > ABORTED_VERSION) {
        throw new ToolFailure(
            "Unexpected aborted transaction version "
                + version
                + " in transaction index "
                + file.getAbsolutePath()
                + ", current version is "
                + ABORTED_VERSION);
      }
      terminal
          .out()
          .printf(
              "version: %d producerId: %d firstOffset: %d lastOffset: %d lastStableOffset: %d%n",
              version, bytes.getLong(), bytes.getLong(), bytes.getLong(), bytes.getLong());
    }
  }

  static void producerSnapshot(File file, Terminal terminal) throws IOException {
    byte[] bytes = Files.readAllBytes(file.toPath());
    try {
      print(ByteBuffer.wrap(bytes), bytes, terminal);
    } catch (BufferUnderflowException e) {
      terminal.err().println("Snapshot failed schema validation: it ends too early");
    }
  }

  private static void print(ByteBuffer buffer, byte[] bytes, Terminal terminal) {
    short version = buffer.getShort();
    if (version != SNAPSHOT_VERSION) {
      terminal
          .err()
          .println(
              "Snapshot failed schema validation: Snapshot contained an unknown file version "
                  + version);
      return;
    }
    long crc = Integer.toUnsignedLong(buffer.getInt());
    var computed = new CRC32C();
    computed.update(bytes, CRC_END, bytes.length - CRC_END);
    if (crc != computed.getValue()) {
      terminal
          .err()
          .println(
              "Snapshot is corrupt (CRC is no longer valid). Stored crc: "
                  + crc
                  + ". Computed crc: "
                  + computed.getValue());
      return;
    }
    int count = buffer.getInt();
    for (int i = 0; i < count; i++) {
      terminal.out().println(producer(buffer));
    }
  }

  private static String producer(ByteBuffer buffer) {
    long producerId = buffer.getLong();
    short producerEpoch = buffer.getShort();
    int lastSequence = buffer.getInt();
    long lastOffset = buffer.getLong();
    int offsetDelta = buffer.getInt();
    long timestamp = buffer.getLong();
    int coordinatorEpoch = buffer.getInt();
    long transactionStart = buffer.getLong();
    String line =
        "producerId: "
            + producerId
            + " producerEpoch: "
            + producerEpoch
            + " coordinatorEpoch: "
            + coordinatorEpoch
            + " currentTxnFirstOffset: "
            + (transactionStart >= 0 ? OptionalLong.of(transactionStart) : OptionalLong.empty())
            + " lastTimestamp: "
            + timestamp;
    if (lastOffset < 0) {
      return line;
    }
    return line
        + " firstSequence: "
        + firstSequence(lastSequence, offsetDelta)
        + " lastSequence: "
        + lastSequence
        + " lastOffset: "
        + lastOffset
        + " offsetDelta: "
        + offsetDelta
        + " timestamp: "
        + timestamp;
  }

  /** Sequences start again at 0 after the largest int. */
  static int firstSequence(int lastSequence, int offsetDelta) {
    return lastSequence >= offsetDelta
        ? lastSequence - offsetDelta
        : Integer.MAX_VALUE - (offsetDelta - lastSequence) + 1;
  }
}
