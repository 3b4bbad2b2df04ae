package org.stoker.records;

/**
 * The bytes of whole record batches, wherever they lie: in memory, or in a file that is sent as it
 * is.
 */
public interface RecordBytes {
  int sizeInBytes();
}
