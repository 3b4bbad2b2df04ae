package org.stoker.metadata;

/**
 * One part of a write; all parts of a multi happen together or not at all. Every version is
 * expected by number: a write that does not say what it replaces cannot be fenced. Arrays are
 * handed over: whoever made one does not change it any more.
 */
@SuppressWarnings(
    "ArrayRecordComponent") // Up to 256 KiB, written once and dropped, never compared.
public sealed interface Change {
  String path();

  /** Makes a node that goes when somebody deletes it, or, if ephemeral, with this session. */
  record Create(String path, byte[] data, boolean ephemeral) implements Change {}

  record Set(String path, byte[] data, int expectedVersion) implements Change {
    public Set {
      requireExplicit(expectedVersion);
    }
  }

  record Delete(String path, int expectedVersion) implements Change {
    public Delete {
      requireExplicit(expectedVersion);
    }
  }

  /** Lets the multi pass only if the node is at this version. */
  record Check(String path, int expectedVersion) implements Change {
    public Check {
      requireExplicit(expectedVersion);
    }
  }

  static Change create(String path, byte[] data) {
    return new Create(path, data, false);
  }

  static Change createEphemeral(String path, byte[] data) {
    return new Create(path, data, true);
  }

  private static void requireExplicit(int expectedVersion) {
    if (expectedVersion < 0) {
      throw new IllegalArgumentException("expectedVersion=" + expectedVersion + " means any");
    }
  }
}
