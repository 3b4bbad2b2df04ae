package org.stoker.log;

import org.jspecify.annotations.Nullable;
import org.stoker.base.Seed;
import org.stoker.base.TopicPartition;

/** How Kafka names the directories of partitions, and those on their way out. */
final class PartitionDirectory {
  static final String DELETED = "-delete";
  static final String STRAY = "-stray";
  static final String FUTURE = "-future";

  private static final int LONGEST_NAME = 255;

  private PartitionDirectory() {}

  /** The partition that a directory is named for; null if it is named for none. */
  static @Nullable TopicPartition parse(String name) {
    int dash = name.lastIndexOf('-');
    if (dash < 1 || name.endsWith(DELETED) || name.endsWith(STRAY) || name.endsWith(FUTURE)) {
      return null;
    }
    try {
      int partition = Integer.parseInt(name.substring(dash + 1));
      return partition < 0 || name.charAt(dash + 1) == '+'
          ? null
          : new TopicPartition(name.substring(0, dash), partition);
    } catch (NumberFormatException e) {
      return null;
    }
  }

  static boolean isDeleted(String name) {
    return name.endsWith(DELETED);
  }

  static boolean isSetAside(String name) {
    return name.endsWith(STRAY) || name.endsWith(FUTURE);
  }

  /** A name that no partition has, for a directory that waits to be removed. */
  static String withSuffix(TopicPartition partition, String suffix, Seed seed) {
    String unique = "%016x%016x".formatted(seed.nextLong(), seed.nextLong());
    String end = "-" + partition.partition() + "." + unique + suffix;
    int room = Math.min(partition.topic().length(), LONGEST_NAME - end.length());
    return partition.topic().substring(0, room) + end;
  }
}
