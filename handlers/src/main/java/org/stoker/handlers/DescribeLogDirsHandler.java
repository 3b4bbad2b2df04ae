package org.stoker.handlers;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.stoker.base.TopicPartition;
import org.stoker.log.Log;
import org.stoker.log.LogDirectory;
import org.stoker.log.UsableDirectories;
import org.stoker.network.RequestContext;
import org.stoker.protocol.ErrorCode;
import org.stoker.protocol.message.DescribeLogDirsRequest;
import org.stoker.protocol.message.DescribeLogDirsRequest.DescribableLogDirTopic;
import org.stoker.protocol.message.DescribeLogDirsResponse;
import org.stoker.protocol.message.DescribeLogDirsResponse.DescribeLogDirsPartition;
import org.stoker.protocol.message.DescribeLogDirsResponse.DescribeLogDirsResult;
import org.stoker.protocol.message.DescribeLogDirsResponse.DescribeLogDirsTopic;

/** DescribeLogDirs: what lies in each log directory, and how much room there is. */
final class DescribeLogDirsHandler implements Handler<DescribeLogDirsRequest> {
  private static final long BYTES_OF_PARTITION = 200;

  private final UsableDirectories directories;
  private final Executor readers;

  DescribeLogDirsHandler(UsableDirectories directories, Executor readers) {
    this.directories = directories;
    this.readers = readers;
  }

  @Override
  public void handle(DescribeLogDirsRequest body, RequestContext context) {
    Set<TopicPartition> asked = asked(body.topics());
    long logs = directories.usable().stream().mapToLong(each -> each.logs().size()).sum();
    if (!Answers.isTaken(context, BYTES_OF_PARTITION * logs)) {
      return;
    }
    // The file system is asked how much room it has, and may be slow to say.
    Answers.on(readers, context, () -> describe(asked));
  }

  private DescribeLogDirsResponse describe(@Nullable Set<TopicPartition> asked) {
    List<DescribeLogDirsResult> results = new ArrayList<>();
    for (LogDirectory directory : directories.usable()) {
      results.add(describe(directory, asked));
    }
    directories.leftOut().forEach(path -> results.add(failed(path)));
    return new DescribeLogDirsResponse().setResults(results);
  }

  private static DescribeLogDirsResult failed(Path path) {
    return new DescribeLogDirsResult()
        .setLogDir(path.toString())
        .setErrorCode(ErrorCode.KAFKA_STORAGE_ERROR.code());
  }

  private static @Nullable Set<TopicPartition> asked(
      @Nullable List<DescribableLogDirTopic> topics) {
    return topics == null
        ? null
        : topics.stream()
            .flatMap(topic ->
                topic.partitions().stream()
                    .map(partition -> new TopicPartition(topic.topic(), partition)))
            .collect(Collectors.toSet());
  }

  private static DescribeLogDirsResult describe(
      LogDirectory directory, @Nullable Set<TopicPartition> asked) {
    if (!directory.isOnline()) {
      return failed(directory.path());
    }
    var topics = new TreeMap<String, List<DescribeLogDirsPartition>>();
    for (Log log : directory.logs()) {
      TopicPartition name = log.topicPartition();
      if (asked == null || asked.contains(name)) {
        topics
            .computeIfAbsent(name.topic(), _ -> new ArrayList<>())
            .add(
                new DescribeLogDirsPartition()
                    .setPartitionIndex(name.partition())
                    .setPartitionSize(log.sizeBytes())
                    .setOffsetLag(Math.max(0, log.highWatermark() - log.logEndOffset())));
      }
    }
    List<DescribeLogDirsTopic> described = new ArrayList<>();
    topics.forEach((name, partitions) ->
        described.add(new DescribeLogDirsTopic().setName(name).setPartitions(partitions)));
    File place = directory.path().toFile();
    return new DescribeLogDirsResult()
        .setLogDir(directory.path().toString())
        .setTopics(described)
        .setTotalBytes(place.getTotalSpace())
        .setUsableBytes(place.getUsableSpace());
  }
}
