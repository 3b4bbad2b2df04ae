package org.stoker.log;

import java.nio.file.Path;
import java.util.regex.Pattern;

/** How Kafka names the files of a segment: twenty digits of the base offset, then the kind. */
final class SegmentFiles {
  static final String LOG = ".log";
  static final String OFFSET_INDEX = ".index";
  static final String TIME_INDEX = ".timeindex";
  static final String TRANSACTION_INDEX = ".txnindex";
  static final String SNAPSHOT = ".snapshot";

  /** Waits to be removed. */
  static final String DELETED = ".deleted";

  /** Half of what a cleaner writes. */
  static final String CLEANED = ".cleaned";

  /** What a cleaner has written and was about to put in place. */
  static final String SWAP = ".swap";

  /** What recovery cut off a segment. */
  static final String CUT = ".cut";

  private static final Pattern OFFSET_NAME = Pattern.compile("\\d{20}");

  private SegmentFiles() {}

  static Path file(Path directory, long baseOffset, String suffix) {
    return directory.resolve(name(baseOffset) + suffix);
  }

  static String name(long baseOffset) {
    String digits = Long.toString(baseOffset);
    return "0".repeat(20 - digits.length()) + digits;
  }

  static String nameOf(Path file) {
    return String.valueOf(file.getFileName());
  }

  /** The offset that the file is named for; −1 if it is not named like that. */
  static long offsetOf(Path file, String suffix) {
    String name = nameOf(file);
    if (!name.endsWith(suffix)) {
      return -1;
    }
    String digits = name.substring(0, name.length() - suffix.length());
    if (!OFFSET_NAME.matcher(digits).matches()) {
      return -1;
    }
    try {
      return Long.parseLong(digits);
    } catch (NumberFormatException e) {
      return -1;
    }
  }
}
