package org.stoker.coordinator.group;

/** About what answers take, as objects and once more as bytes to send. */
final class AnswerBytes {
  static final long GROUP = 200;
  static final long MEMBER = 400;
  static final long OFFSET = 120;

  private AnswerBytes() {}
}
