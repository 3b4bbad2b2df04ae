package org.stoker.tools;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.LogDirDescription;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;

/**
 * The log directories that a reassignment names. Brokers choose them themselves, and move nothing
 * from one to another: a name is taken only where it changes nothing.
 */
final class NamedDirectories {
  private NamedDirectories() {}

  /** A replica that is to be in this directory. */
  private record Wish(TopicPartition partition, int broker, String directory) {}

  /** Refuses a directory that the replica is not in already, and would not come into anyway. */
  static void refuseMoves(Admin admin, List<ReassignmentFile.Entry> entries)
      throws ExecutionException, InterruptedException {
    List<Wish> wishes = entries.stream().flatMap(NamedDirectories::wishes).toList();
    if (wishes.isEmpty()) {
      return;
    }
    Set<Integer> brokers = new TreeSet<>();
    for (Node node : admin.describeCluster().nodes().get()) {
      brokers.add(node.id());
    }
    Map<Integer, Map<String, LogDirDescription>> directories =
        admin.describeLogDirs(brokers).allDescriptions().get();
    for (Wish wish : wishes) {
      // Who names a broker that is not there is told so later.
      boolean isKnown = directories.containsKey(wish.broker());
      if (isKnown && !isFulfilled(wish, directories.getOrDefault(wish.broker(), Map.of()))) {
        throw new ToolFailure(
            ("Replica %d of %s cannot be put into %s: brokers choose the log directory themselves,"
                    + " and move nothing from one to another. Name it \"%s\".")
                .formatted(
                    wish.broker(), wish.partition(), wish.directory(), ReassignmentFile.ANY));
      }
    }
  }

  private static Stream<Wish> wishes(ReassignmentFile.Entry entry) {
    return IntStream.range(0, entry.directories().size())
        .filter(at -> !entry.directories().get(at).equals(ReassignmentFile.ANY))
        .mapToObj(at ->
            new Wish(entry.partition(), entry.replicas().get(at), entry.directories().get(at)));
  }

  /** What --execute and --generate print names directories too, to be used when rolling back. */
  private static boolean isFulfilled(Wish wish, Map<String, LogDirDescription> directories) {
    LogDirDescription directory = directories.get(wish.directory());
    return directory != null
        && (directories.size() == 1 || directory.replicaInfos().containsKey(wish.partition()));
  }
}
