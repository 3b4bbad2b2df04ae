package org.stoker.metadata;

/**
 * The end of the log, as its tail node says.
 *
 * @param endOffset the offset that the next record gets
 * @param lastBaseOffset the name of the last entry; −1 if there never was one
 */
record LogTail(long endOffset, long lastBaseOffset) {
  static final LogTail EMPTY = new LogTail(0, -1);

  byte[] bytes() {
    return new NodeText().put("end", endOffset).put("last", lastBaseOffset).bytes();
  }

  static LogTail parse(byte[] bytes) {
    NodeText text = NodeText.parse(bytes);
    return new LogTail(text.number("end"), text.number("last"));
  }
}
