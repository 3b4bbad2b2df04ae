package org.stoker.log;

import java.util.ArrayDeque;
import org.stoker.base.ConfinedTo;

/**
 * From which offset on a log was written so lately that the page cache still holds it; a guess by
 * bytes, noted once per megabyte.
 */
@ConfinedTo(ConfinedTo.PARTITION_LANE)
final class WarmWindow {
  private static final long STEP_BYTES = 1 << 20;

  private record Mark(long offset, long appendedBytes) {}

  private final long windowBytes;
  private final ArrayDeque<Mark> marks = new ArrayDeque<>();

  WarmWindow(long windowBytes, long logEndOffset) {
    this.windowBytes = windowBytes;
    marks.add(new Mark(logEndOffset, 0));
  }

  void appended(long baseOffset, long appendedBytesBefore) {
    if (appendedBytesBefore - marks.getLast().appendedBytes() >= STEP_BYTES) {
      marks.add(new Mark(baseOffset, appendedBytesBefore));
      while (marks.size() > 1
          && appendedBytesBefore - marks.getFirst().appendedBytes() > windowBytes) {
        marks.remove();
      }
    }
  }

  void truncatedTo(long offset, long appendedBytes) {
    marks.removeIf(mark -> mark.offset() > offset);
    if (marks.isEmpty()) {
      marks.add(new Mark(offset, appendedBytes));
    }
  }

  long warmOffset() {
    return marks.getFirst().offset();
  }
}
