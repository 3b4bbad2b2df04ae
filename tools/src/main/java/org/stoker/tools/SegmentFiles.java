package org.stoker.tools;

import java.io.File;

/** The names of a segment's files: the base offset in twenty digits, and what the file holds. */
final class SegmentFiles {
  private SegmentFiles() {}

  static long baseOffset(File file) {
    try {
      return Long.parseLong(stem(file));
    } catch (NumberFormatException e) {
      throw new ToolFailure("The name of " + file + " does not begin with an offset.");
    }
  }

  static File sibling(File file, String suffix) {
    return new File(file.getAbsoluteFile().getParentFile(), stem(file) + suffix);
  }

  private static String stem(File file) {
    String name = file.getName();
    int dot = name.indexOf('.');
    return dot < 0 ? name : name.substring(0, dot);
  }
}
