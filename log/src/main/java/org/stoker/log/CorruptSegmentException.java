package org.stoker.log;

import java.io.IOException;
import java.nio.file.Path;

/** Bytes of a segment, where batches were written, are none. */
final class CorruptSegmentException extends IOException {
  private static final long serialVersionUID = 1L;

  CorruptSegmentException(Path file, long position, String what) {
    super(what + " in " + file + " at position " + position);
  }
}
