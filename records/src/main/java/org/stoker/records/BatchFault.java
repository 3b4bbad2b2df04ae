package org.stoker.records;

/** What is wrong with a batch, each with the error that a client is told. */
public enum BatchFault {
  /** No whole batch in the bytes: INVALID_RECORD. */
  NO_BATCH,
  /** More than one batch for a partition in one produce request: INVALID_RECORD. */
  MORE_THAN_ONE_BATCH,
  /** Message format 0 or 1: INVALID_RECORD. */
  OLD_MAGIC,
  /** A magic that never existed, or sizes that cannot be: CORRUPT_MESSAGE. */
  MALFORMED_FRAME,
  /** The CRC is that of other bytes: CORRUPT_MESSAGE. */
  WRONG_CRC,
  /** Above {@code max.message.bytes}: MESSAGE_TOO_LARGE. */
  TOO_LARGE,
  /** zstd in a produce request below version 7: UNSUPPORTED_COMPRESSION_TYPE. */
  ZSTD_NOT_ALLOWED,
  /** A compression code without a meaning: UNKNOWN_SERVER_ERROR. */
  UNKNOWN_COMPRESSION,
  /** A batch from a client does not start at offset 0: INVALID_RECORD. */
  BASE_OFFSET_NOT_ZERO,
  /** Counts and offsets of the header contradict each other: INVALID_RECORD. */
  INCONSISTENT_COUNT,
  /** The records' offset deltas are not 0, 1, 2 …: INVALID_RECORD. */
  OFFSETS_NOT_DENSE,
  /** Only brokers write control batches: INVALID_RECORD. */
  CONTROL_BATCH,
  /** Producer id, epoch, sequence and flags contradict each other: INVALID_RECORD. */
  INCONSISTENT_PRODUCER,
  /** The fields of a record do not fill it, or it does not fit into the batch: INVALID_RECORD. */
  MALFORMED_RECORD,
  /** A record is larger than {@code max.decompressed.message.bytes}: INVALID_RECORD. */
  RECORD_ABOVE_LIMIT,
  /** The records expand to more than is decompressed at a time: INVALID_RECORD. */
  EXPANDS_TOO_FAR,
  /** The compressed bytes are not those of the codec: INVALID_RECORD. */
  MALFORMED_COMPRESSION,
  /** Records without a key for a compacted topic: INVALID_RECORD, with record errors. */
  KEY_MISSING,
  /** Timestamps that the topic does not take: INVALID_TIMESTAMP, with record errors. */
  TIMESTAMP_OUT_OF_RANGE,
  /** A fetched batch does not follow the one before it: a follower stops and says so. */
  OFFSETS_OUT_OF_ORDER
}
