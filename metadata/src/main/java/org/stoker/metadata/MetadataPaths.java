package org.stoker.metadata;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Where everything is kept.
 *
 * <pre>
 * /stoker/cluster             the cluster id, made once
 * /stoker/epoch               its version fences controllers; names the one that was elected last
 * /stoker/controller          ephemeral: the controller that is alive
 * /stoker/brokers/1           ephemeral: a registration; its czxid is the broker's epoch
 * /stoker/tail                where the log ends
 * /stoker/log/000…0042        the entry whose first record is number 42
 * /stoker/snapshot            names the two snapshots that are kept, the newest first
 * /stoker/snapshots/NAME/0000 a piece of a snapshot
 * </pre>
 */
final class MetadataPaths {
  static final String ROOT = "/stoker";
  static final String CLUSTER = ROOT + "/cluster";
  static final String EPOCH = ROOT + "/epoch";
  static final String CONTROLLER = ROOT + "/controller";
  static final String BROKERS = ROOT + "/brokers";
  static final String TAIL = ROOT + "/tail";
  static final String LOG = ROOT + "/log";
  static final String SNAPSHOT = ROOT + "/snapshot";
  static final String SNAPSHOTS = ROOT + "/snapshots";

  private MetadataPaths() {}

  static String broker(int id) {
    return BROKERS + "/" + id;
  }

  static String entry(long baseOffset) {
    return LOG + "/" + entryName(baseOffset);
  }

  static String entryName(long baseOffset) {
    return String.format(Locale.ROOT, "%020d", baseOffset);
  }

  static String snapshot(String name) {
    return SNAPSHOTS + "/" + name;
  }

  static String chunk(String snapshot, int chunk) {
    return snapshot(snapshot) + String.format(Locale.ROOT, "/%04d", chunk);
  }

  /** What a cluster starts with: nodes that are never deleted, apart from the tail. */
  static List<Change> firstNodes(String clusterId) {
    List<Change> nodes = new ArrayList<>();
    nodes.add(Change.create(ROOT, NodeText.EMPTY));
    nodes.add(Change.create(CLUSTER, new NodeText().put("id", clusterId).bytes()));
    nodes.add(Change.create(EPOCH, NodeText.EMPTY));
    nodes.add(Change.create(BROKERS, NodeText.EMPTY));
    nodes.add(Change.create(TAIL, LogTail.EMPTY.bytes()));
    nodes.add(Change.create(LOG, NodeText.EMPTY));
    nodes.add(Change.create(SNAPSHOT, NodeText.EMPTY));
    nodes.add(Change.create(SNAPSHOTS, NodeText.EMPTY));
    return nodes;
  }
}
