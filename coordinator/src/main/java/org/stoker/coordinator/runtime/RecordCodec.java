package org.stoker.coordinator.runtime;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.stoker.protocol.MalformedMessageException;
import org.stoker.protocol.UnsupportedVersionException;

/** How the records of a coordinator's topic are written and read. */
public interface RecordCodec<R> {
  EncodedRecord encode(R record);

  /**
   * Null for kinds of records that this broker does not serve.
   *
   * @throws MalformedMessageException if these are not the bytes of a record
   * @throws UnsupportedVersionException if the record is of a later version
   */
  @Nullable R decode(ByteBuffer key, @Nullable ByteBuffer value);

  /** What the record is about: a later record of an equal key replaces it. */
  Object keyOf(R record);

  /** The record takes at least so many bytes when it is encoded. */
  long minSizeBytes(R record);

  /** What the record takes on the heap by itself, with its key. */
  long heapBytes(R record);
}
