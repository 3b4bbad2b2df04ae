package org.stoker.coordinator.group;

import java.nio.charset.StandardCharsets;
import org.stoker.base.Uuid;

/**
 * A committed offset as it lies in memory. Its metadata is only ever looked up: short, it lies here
 * as bytes; long, it stays in the log, where the record that brought it is (see
 * docs/decisions/long-metadata-stays-in-the-log.md).
 *
 * @param recordOffset of the record in the log
 * @param metadataSizeBytes of the metadata, wherever it is
 * @param metadata empty if it stays in the log
 */
@SuppressWarnings(
    "ArrayRecordComponent") // there are many, and a wrapper each would be one more object
record StoredOffset(
    long offset,
    int leaderEpoch,
    long commitTimestampMs,
    long expireTimestampMs,
    Uuid topicId,
    long recordOffset,
    int metadataSizeBytes,
    byte[] metadata) {
  /** Longer metadata stays in the log. */
  static final int MAX_METADATA_BYTES_HERE = 128;

  private static final byte[] NOTHING = {};

  static StoredOffset of(CommittedOffset committed, long recordOffset) {
    byte[] bytes = committed.metadata().getBytes(StandardCharsets.UTF_8);
    return new StoredOffset(
        committed.offset(),
        committed.leaderEpoch(),
        committed.commitTimestampMs(),
        committed.expireTimestampMs(),
        // One object for the most frequent id.
        committed.topicId().equals(Uuid.ZERO) ? Uuid.ZERO : committed.topicId(),
        recordOffset,
        bytes.length,
        bytes.length > 0 && bytes.length <= MAX_METADATA_BYTES_HERE ? bytes : NOTHING);
  }

  boolean isMetadataInLog() {
    return metadataSizeBytes > metadata.length;
  }

  /** What would stay in the log of it. */
  static int loggedMetadataBytes(CommittedOffset committed) {
    String metadata = committed.metadata();
    if (metadata.length() * 3L <= MAX_METADATA_BYTES_HERE) {
      return 0;
    }
    int sizeBytes = metadata.getBytes(StandardCharsets.UTF_8).length;
    return sizeBytes > MAX_METADATA_BYTES_HERE ? sizeBytes : 0;
  }

  int loggedMetadataBytes() {
    return metadataSizeBytes - metadata.length;
  }

  /** Empty if it stays in the log. */
  String metadataHere() {
    return new String(metadata, StandardCharsets.UTF_8);
  }

  boolean hasExpiry() {
    return expireTimestampMs != CommittedOffset.NO_EXPIRY;
  }

  boolean isOf(Uuid askedTopicId) {
    return CommittedOffset.isOf(topicId, askedTopicId);
  }

  long heapBytes() {
    return HeapBytes.OFFSET + HeapBytes.ofArray(metadata.length);
  }
}
