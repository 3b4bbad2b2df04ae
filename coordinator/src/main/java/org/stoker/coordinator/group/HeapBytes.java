package org.stoker.coordinator.group;

import org.jspecify.annotations.Nullable;
import org.stoker.coordinator.runtime.Bytes;

/**
 * What things take on the heap, rounded up; docs/operations.md says how the figures were measured.
 */
final class HeapBytes {
  /** A classic group that has, or had, members, without these. */
  static final int CLASSIC_GROUP = 480;

  // A group that the log knows, with its place in the map of groups, without offsets.
  private static final int KNOWN_GROUP = 200;

  // A topic in such a group, with its place in the map of topics, without offsets.
  private static final int TOPIC = 240;

  /** An offset with its key and place, without the texts. */
  static final int OFFSET = 96;

  /** A record that the facts do not follow yet, without its texts. */
  static final int RECORD = 240;

  /** A member with its timer, its place in the group's maps and the answers it waits for. */
  static final int MEMBER = 560;

  /** An id that was given out, with its timer. */
  static final int PENDING_MEMBER = 400;

  // With its places in what the group knows of its protocols.
  private static final int PROTOCOL = 176;
  private static final int ARRAY = 24;
  private static final int STRING = 24;
  private static final char LAST_OF_ONE_BYTE = 0xff;

  private HeapBytes() {}

  static long ofKnownGroup(String groupId) {
    return KNOWN_GROUP + of(groupId);
  }

  static long ofTopic(String topic) {
    return TOPIC + of(topic);
  }

  static long of(@Nullable String text) {
    if (text == null) {
      return 0;
    }
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) > LAST_OF_ONE_BYTE) {
        return STRING + ARRAY + 2L * text.length();
      }
    }
    return STRING + ARRAY + (long) text.length();
  }

  static long ofArray(int sizeBytes) {
    return sizeBytes == 0 ? 0 : ARRAY + sizeBytes;
  }

  static long of(Bytes bytes) {
    return bytes.size() == 0 ? 0 : STRING + ARRAY + bytes.size();
  }

  static long of(GroupProtocol protocol) {
    return PROTOCOL + of(protocol.name()) + of(protocol.metadata());
  }
}
