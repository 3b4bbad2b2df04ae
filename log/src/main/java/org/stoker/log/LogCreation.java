package org.stoker.log;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.stoker.base.Disk;
import org.stoker.base.Uuid;

/**
 * The files of new logs of one directory. Which topic a log belongs to is on the disk before it has
 * a segment; many logs share the syncs for that.
 */
final class LogCreation {
  private final Disk disk;
  private final LogDirectoryConfig config;
  private final ProducerMemory producerMemory;
  private final @Nullable FileSystemSync fileSystemSync;

  LogCreation(
      Disk disk,
      LogDirectoryConfig config,
      ProducerMemory producerMemory,
      @Nullable FileSystemSync fileSystemSync) {
    this.disk = disk;
    this.config = config;
    this.producerMemory = producerMemory;
    this.fileSystemSync = fileSystemSync;
  }

  /** A log to make. */
  record Place(Path directory, Uuid topicId, LogConfig config) {}

  /**
   * The contents of each, in the same order; after a failure no file is left open.
   *
   * @throws org.stoker.base.DiskFullException if there is no room for all; what is there already
   *     stays for the caller to remove
   */
  List<LogContents> make(List<Place> places, long nowMs) throws IOException {
    for (Place place : places) {
      disk.createDirectories(place.directory());
    }
    writeTopicIds(places);
    var contents = new ArrayList<LogContents>(places.size());
    try {
      for (Place place : places) {
        contents.add(empty(place, nowMs));
      }
      return contents;
    } catch (IOException e) {
      contents.forEach(made -> made.segments().getFirst().retire());
      throw e;
    }
  }

  private void writeTopicIds(List<Place> places) throws IOException {
    FileSystemSync sync = fileSystemSync;
    if (sync == null || places.size() <= config.flusher().mostSingleSyncs()) {
      for (Place place : places) {
        idOf(place).write(place.topicId());
      }
      return;
    }
    for (Place place : places) {
      idOf(place).prepare(place.topicId());
    }
    sync.sync();
    for (Place place : places) {
      idOf(place).publish();
    }
    sync.sync();
  }

  private PartitionMetadataFile idOf(Place place) {
    return new PartitionMetadataFile(
        disk, place.directory().resolve(PartitionMetadataFile.FILE_NAME));
  }

  private LogContents empty(Place place, long nowMs) throws IOException {
    Path directory = place.directory();
    var producers =
        new ProducerStates(
            new ProducerSnapshots(disk, directory), producerMemory, config.producerExpirationMs());
    LeaderEpochs leaderEpochs = LeaderEpochs.read(disk, directory);
    Segment segment = Segment.create(disk, directory, 0, place.config().segment(), nowMs);
    try {
      segment.prepareAppend();
    } catch (IOException e) {
      segment.retire();
      throw e;
    }
    return new LogContents(place.topicId(), List.of(segment), 0, 0, producers, leaderEpochs, 0);
  }
}
