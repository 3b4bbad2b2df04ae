package org.stoker.log;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stoker.base.Disk;
import org.stoker.base.Seed;
import org.stoker.base.Uuid;

/** Whose a log directory is: its {@code meta.properties}, checked and completed at a start. */
record DirectoryIdentity(Disk disk, Path directory, Seed seed) {
  private static final Logger LOG = LoggerFactory.getLogger(DirectoryIdentity.class);

  /** Null in a new directory. */
  @Nullable MetaProperties read() throws LogDirectoryException {
    try {
      return MetaProperties.read(disk, directory);
    } catch (IOException e) {
      throw new LogDirectoryException(
          "meta.properties of " + directory + " cannot be read: " + e.getMessage(), e);
    }
  }

  /**
   * Makes sure that the directory is this broker's, and makes it so durably if it is new.
   *
   * @param clusterId null if it is not known yet
   */
  MetaProperties establish(int nodeId, @Nullable String clusterId) throws LogDirectoryException {
    MetaProperties found = read();
    if (found == null) {
      warnOfPartitionsWithoutIdentity();
    }
    MetaProperties wanted =
        completed(found == null ? MetaProperties.EMPTY : found, nodeId, clusterId);
    if (!wanted.equals(found)) {
      try {
        wanted.write(disk, directory);
      } catch (IOException e) {
        throw new LogDirectoryException(
            "meta.properties of " + directory + " cannot be written: " + LogDirectory.reason(e), e);
      }
    }
    return wanted;
  }

  private void warnOfPartitionsWithoutIdentity() throws LogDirectoryException {
    try {
      long count =
          disk.list(directory).stream()
              .filter(path -> PartitionDirectory.parse(SegmentFiles.nameOf(path)) != null)
              .count();
      if (count > 0) {
        LOG.warn(
            "{} holds {} partitions and no meta.properties: it gets a new directory.id, and the"
                + " cluster takes it for a new disk. If there is a copy of meta.properties, stop"
                + " this broker and put it back",
            directory,
            count);
      }
    } catch (IOException e) {
      throw new LogDirectoryException(
          "log directory " + directory + " cannot be read: " + LogDirectory.reason(e), e);
    }
  }

  private MetaProperties completed(MetaProperties found, int nodeId, @Nullable String clusterId)
      throws LogDirectoryException {
    if (found.nodeId() != MetaProperties.NO_NODE_ID && found.nodeId() != nodeId) {
      throw new LogDirectoryException(
          "log directory %s belongs to broker %d and this is broker %d: set broker.id=%d, or give it other log.dirs"
              .formatted(directory, found.nodeId(), nodeId, found.nodeId()));
    }
    String foundCluster = found.clusterId();
    if (foundCluster != null && clusterId != null && !foundCluster.equals(clusterId)) {
      throw new LogDirectoryException(
          "log directory %s belongs to cluster %s and this is cluster %s: wrong zookeeper.connect, or wrong log.dirs"
              .formatted(directory, foundCluster, clusterId));
    }
    MetaProperties completed = found.withNodeId(nodeId);
    if (clusterId != null) {
      completed = completed.withClusterId(clusterId);
    }
    return completed.directoryId() == null
        ? completed.withDirectoryId(Uuid.random(seed))
        : completed;
  }
}
