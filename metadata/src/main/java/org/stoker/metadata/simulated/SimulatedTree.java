package org.stoker.metadata.simulated;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.stoker.base.ConfinedTo;
import org.stoker.metadata.Change;
import org.stoker.metadata.Node;
import org.stoker.metadata.Outcome;
import org.stoker.metadata.Outcome.Done;

/** The nodes as one server of the simulated ensemble has them. */
@ConfinedTo(ConfinedTo.ONE_THREAD)
final class SimulatedTree {
  /** A committed write; every server applies the same ones in the same order. */
  record Transaction(long zxid, long sessionId, List<Change> changes) {}

  private static final class Znode {
    byte[] data;
    final long czxid;
    final long owner;
    final TreeSet<String> children = new TreeSet<>();
    int version;
    long mzxid;
    long pzxid;

    Znode(byte[] data, long zxid, long owner) {
      this.data = data;
      this.czxid = zxid;
      this.mzxid = zxid;
      this.pzxid = zxid;
      this.owner = owner;
    }
  }

  private enum Objection {
    NO_NODE,
    BAD_VERSION,
    NODE_EXISTS,
    NOT_EMPTY;

    Outcome<Done> to(int change) {
      return switch (this) {
        case NO_NODE -> new Outcome.NoNode<>(change);
        case BAD_VERSION -> new Outcome.BadVersion<>(change);
        case NODE_EXISTS -> new Outcome.NodeExists<>(change);
        case NOT_EMPTY -> new Outcome.NotEmpty<>(change);
      };
    }
  }

  private final TreeMap<String, Znode> nodes = new TreeMap<>();
  private final boolean checksVersions;
  private long lastZxid;

  SimulatedTree(boolean checksVersions) {
    this.checksVersions = checksVersions;
    nodes.put("", new Znode(new byte[0], 0, 0));
  }

  long lastZxid() {
    return lastZxid;
  }

  /** What keeps the changes from being made, or null; this tree stays as it is. */
  @Nullable Outcome<Done> objection(List<Change> changes) {
    // Later changes see earlier ones, so they are tried on a copy of what they touch.
    var trial = new TrialTree();
    for (int at = 0; at < changes.size(); at++) {
      Objection objection = trial.make(changes.get(at));
      if (objection != null) {
        return objection.to(at);
      }
    }
    return null;
  }

  void apply(Transaction transaction) {
    if (transaction.zxid() != lastZxid + 1) {
      throw new IllegalStateException("zxid " + transaction.zxid() + " after " + lastZxid);
    }
    lastZxid = transaction.zxid();
    for (Change change : transaction.changes()) {
      apply(change, transaction);
    }
  }

  private void apply(Change change, Transaction transaction) {
    switch (change) {
      case Change.Create(String path, byte[] data, boolean ephemeral) -> {
        nodes.put(
            path, new Znode(data, transaction.zxid(), ephemeral ? transaction.sessionId() : 0));
        Znode parent = existing(parentOf(path));
        parent.children.add(nameOf(path));
        parent.pzxid = transaction.zxid();
      }
      case Change.Set(String path, byte[] data, _) -> {
        Znode node = existing(path);
        node.data = data;
        node.version++;
        node.mzxid = transaction.zxid();
      }
      case Change.Delete(String path, _) -> {
        nodes.remove(path);
        Znode parent = existing(parentOf(path));
        parent.children.remove(nameOf(path));
        parent.pzxid = transaction.zxid();
      }
      case Change.Check _ -> {}
    }
  }

  Outcome<Node> get(String path) {
    Znode node = nodes.get(path);
    return node == null
        ? new Outcome.NoNode<>(0)
        : new Outcome.Ok<>(new Node(node.data.clone(), node.czxid, node.version, node.owner));
  }

  Outcome<List<String>> children(String path) {
    Znode node = nodes.get(path);
    return node == null ? new Outcome.NoNode<>(0) : new Outcome.Ok<>(List.copyOf(node.children));
  }

  boolean exists(String path) {
    return nodes.containsKey(path);
  }

  boolean dataChangedSince(String path, long zxid, boolean existed) {
    Znode node = nodes.get(path);
    return node == null ? existed : !existed || node.mzxid > zxid;
  }

  boolean childrenChangedSince(String path, long zxid) {
    Znode node = nodes.get(path);
    return node == null || node.pzxid > zxid;
  }

  /** What ends with the session: its ephemeral nodes. */
  List<Change> farewellOf(long sessionId) {
    List<Change> deletions = new ArrayList<>();
    nodes.forEach((path, node) -> {
      if (node.owner == sessionId && sessionId != 0) {
        deletions.add(new Change.Delete(path, node.version));
      }
    });
    return deletions;
  }

  static String parentOf(String path) {
    return path.substring(0, path.lastIndexOf('/'));
  }

  private static String nameOf(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  private Znode existing(String path) {
    Znode node = nodes.get(path);
    if (node == null) {
      throw new IllegalStateException("a committed write names " + path + ", which is not there");
    }
    return node;
  }

  /** Versions and child counts as they would be after the changes tried so far. */
  private final class TrialTree {
    private final TreeMap<String, Integer> versions = new TreeMap<>();
    private final TreeMap<String, Integer> childCounts = new TreeMap<>();

    private static final int GONE = -1;

    @Nullable Objection make(Change change) {
      return switch (change) {
        case Change.Create create -> create(create.path());
        case Change.Set set -> set(set.path(), set.expectedVersion());
        case Change.Delete delete -> delete(delete.path(), delete.expectedVersion());
        case Change.Check check -> check(check.path(), check.expectedVersion());
      };
    }

    private @Nullable Objection create(String path) {
      String parent = parentOf(path);
      if (versionOf(path) != GONE) {
        return Objection.NODE_EXISTS;
      }
      if (versionOf(parent) == GONE) {
        return Objection.NO_NODE;
      }
      versions.put(path, 0);
      childCounts.put(parent, childCount(parent) + 1);
      return null;
    }

    private @Nullable Objection set(String path, int expected) {
      Objection objection = check(path, expected);
      if (objection == null) {
        versions.put(path, versionOf(path) + 1);
      }
      return objection;
    }

    private @Nullable Objection delete(String path, int expected) {
      Objection objection = check(path, expected);
      if (objection == null && childCount(path) > 0) {
        return Objection.NOT_EMPTY;
      }
      if (objection == null) {
        versions.put(path, GONE);
        childCounts.put(path, 0);
        childCounts.put(parentOf(path), childCount(parentOf(path)) - 1);
      }
      return objection;
    }

    private @Nullable Objection check(String path, int expected) {
      int version = versionOf(path);
      if (version == GONE) {
        return Objection.NO_NODE;
      }
      return checksVersions && version != expected ? Objection.BAD_VERSION : null;
    }

    private int versionOf(String path) {
      Integer tried = versions.get(path);
      if (tried != null) {
        return tried;
      }
      Znode node = nodes.get(path);
      return node == null ? GONE : node.version;
    }

    private int childCount(String path) {
      Integer tried = childCounts.get(path);
      if (tried != null) {
        return tried;
      }
      Znode node = nodes.get(path);
      return node == null ? 0 : node.children.size();
    }
  }
}
