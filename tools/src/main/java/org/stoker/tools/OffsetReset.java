package org.stoker.tools;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConsumerGroupOffsetsOptions;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.DescribeConsumerGroupsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.LeaderNotAvailableException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.utils.Utils;
import org.stoker.base.Clock;
import org.stoker.tools.Table.Column;

/** {@code consumer-groups --reset-offsets}: plans a group's new offsets, shows and sets them. */
final class OffsetReset {
  private static final long NO_OFFSET = -1;

  private final Admin admin;
  private final ConsumerGroupsOptions options;
  private final ParsedOptions parsed;
  private final Terminal terminal;
  private final Clock clock;
  private final GroupOffsets offsets;

  OffsetReset(Admin admin, ConsumerGroupsOptions options, Terminal terminal, Clock clock) {
    this.admin = admin;
    this.options = options;
    this.parsed = options.parsed();
    this.terminal = terminal;
    this.clock = clock;
    this.offsets = new GroupOffsets(admin, options);
  }

  void run(Collection<String> groups) throws ExecutionException, InterruptedException {
    Map<String, KafkaFuture<ConsumerGroupDescription>> described =
        new TreeMap<>(
            admin
                .describeConsumerGroups(
                    groups, options.withTimeout(new DescribeConsumerGroupsOptions()))
                .describedGroups());
    var plans = new TreeMap<String, Map<TopicPartition, Long>>();
    for (Map.Entry<String, KafkaFuture<ConsumerGroupDescription>> group : described.entrySet()) {
      plans.put(group.getKey(), resetIfInactive(group.getKey(), group.getValue()));
    }
    if (options.has(ConsumerGroupsOptions.EXPORT)) {
      terminal.out().println(ResetPlanFile.write(plans, options.groups().size() != 1));
    } else {
      print(plans);
    }
  }

  private Map<TopicPartition, Long> resetIfInactive(
      String group, KafkaFuture<ConsumerGroupDescription> description)
      throws ExecutionException, InterruptedException {
    GroupState state;
    try {
      state = description.get().groupState();
    } catch (ExecutionException e) {
      if (!(e.getCause() instanceof GroupIdNotFoundException)) {
        throw e;
      }
      // Offsets can be prepared for a group that does not exist yet.
      state = GroupState.DEAD;
    }
    if (state != GroupState.EMPTY && state != GroupState.DEAD) {
      ConsumerGroupsCommand.printError(
          "Assignments can only be reset if the group '"
              + group
              + "' is inactive, but the current state is "
              + state
              + ".",
          terminal);
      return Map.of();
    }
    try {
      Map<TopicPartition, Long> plan = plan(group, scope(group));
      if (options.has(ConsumerGroupsOptions.EXECUTE)) {
        set(group, plan);
      }
      return plan;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof KafkaException reason) {
        throw reason;
      }
      throw e;
    }
  }

  private void set(String group, Map<TopicPartition, Long> plan)
      throws ExecutionException, InterruptedException {
    var wanted = new TreeMap<TopicPartition, OffsetAndMetadata>(PartitionOrder.BY_TOPIC);
    plan.forEach((partition, offset) -> wanted.put(partition, new OffsetAndMetadata(offset)));
    admin
        .alterConsumerGroupOffsets(
            group, wanted, options.withTimeout(new AlterConsumerGroupOffsetsOptions()))
        .all()
        .get();
  }

  private Set<TopicPartition> scope(String group) throws ExecutionException, InterruptedException {
    if (options.has(ConsumerGroupsOptions.ALL_TOPICS)) {
      return offsets.committed(group).keySet();
    }
    var partitions = new HashSet<TopicPartition>();
    var wholeTopics = new ArrayList<String>();
    for (String argument : parsed.values(ConsumerGroupsOptions.TOPIC)) {
      if (argument.contains(":")) {
        partitions.addAll(GroupOffsets.parsePartitions(argument));
      } else {
        wholeTopics.add(argument);
      }
    }
    if (partitions.isEmpty() && wholeTopics.isEmpty()) {
      if (!options.has(ConsumerGroupsOptions.FROM_FILE)) {
        throw parsed.wrongUsage(
            "One of the reset scopes should be defined: --all-topics, --topic.");
      }
      return Set.of();
    }
    partitions.addAll(offsets.partitionsOf(wholeTopics));
    return partitions;
  }

  private Map<TopicPartition, Long> plan(String group, Set<TopicPartition> partitions)
      throws ExecutionException, InterruptedException {
    refuseUnusable(partitions);
    if (options.has(ConsumerGroupsOptions.TO_OFFSET)) {
      long offset = parsed.value(ConsumerGroupsOptions.TO_OFFSET);
      return withinRange(partitions.stream().collect(Collectors.toMap(p -> p, _ -> offset)));
    }
    if (options.has(ConsumerGroupsOptions.TO_EARLIEST)) {
      return offsets.list(partitions, OffsetSpec.earliest());
    }
    if (options.has(ConsumerGroupsOptions.TO_LATEST)) {
      return offsets.list(partitions, OffsetSpec.latest());
    }
    if (options.has(ConsumerGroupsOptions.SHIFT_BY)) {
      return withinRange(shifted(group, partitions));
    }
    if (options.has(ConsumerGroupsOptions.TO_DATETIME)) {
      return atTime(partitions, dateTimeMs(parsed.value(ConsumerGroupsOptions.TO_DATETIME)));
    }
    if (options.has(ConsumerGroupsOptions.BY_DURATION)) {
      var back = Duration.parse(parsed.value(ConsumerGroupsOptions.BY_DURATION));
      return atTime(partitions, Instant.ofEpochMilli(clock.wallMs()).minus(back).toEpochMilli());
    }
    if (options.has(ConsumerGroupsOptions.FROM_FILE)) {
      return fromFile(group);
    }
    if (options.has(ConsumerGroupsOptions.TO_CURRENT)) {
      return current(group, partitions);
    }
    throw options.noTarget();
  }

  private void refuseUnusable(Set<TopicPartition> partitions)
      throws ExecutionException, InterruptedException {
    var absent = new ArrayList<>(partitions);
    absent.removeAll(offsets.existing(partitions));
    if (!absent.isEmpty()) {
      throw new UnknownTopicOrPartitionException(
          "The partitions \"" + joined(absent) + "\" do not exist");
    }
    List<TopicPartition> leaderless = offsets.leaderless(partitions);
    if (!leaderless.isEmpty()) {
      throw new LeaderNotAvailableException(
          "The partitions \"" + joined(leaderless) + "\" have no leader");
    }
  }

  private static String joined(List<TopicPartition> partitions) {
    return partitions.stream().map(TopicPartition::toString).collect(Collectors.joining(","));
  }

  private Map<TopicPartition, Long> shifted(String group, Set<TopicPartition> partitions)
      throws ExecutionException, InterruptedException {
    long shift = parsed.value(ConsumerGroupsOptions.SHIFT_BY);
    Map<TopicPartition, OffsetAndMetadata> committed = offsets.committed(group);
    var shifted = new TreeMap<TopicPartition, Long>(PartitionOrder.BY_TOPIC);
    for (TopicPartition partition : partitions) {
      OffsetAndMetadata today = committed.get(partition);
      if (today == null) {
        throw new IllegalArgumentException(
            "Cannot shift offset for partition "
                + partition
                + " since there is no current committed offset");
      }
      shifted.put(partition, today.offset() + shift);
    }
    return shifted;
  }

  private static long dateTimeMs(String text) {
    try {
      return Utils.getDateTime(text);
    } catch (ParseException e) {
      throw new ToolFailure(e.toString());
    }
  }

  private Map<TopicPartition, Long> atTime(Set<TopicPartition> partitions, long timeMs)
      throws ExecutionException, InterruptedException {
    Map<TopicPartition, Long> found = offsets.list(partitions, OffsetSpec.forTimestamp(timeMs));
    var later = new HashSet<TopicPartition>();
    found.forEach((partition, offset) -> {
      if (offset == NO_OFFSET) {
        later.add(partition);
        terminal
            .out()
            .println(
                "\nWarn: Partition "
                    + partition.partition()
                    + " from topic "
                    + partition.topic()
                    + " is empty. Falling back to latest known offset.");
      }
    });
    if (!later.isEmpty()) {
      found.putAll(offsets.list(later, OffsetSpec.latest()));
    }
    return found;
  }

  private Map<TopicPartition, Long> fromFile(String group)
      throws ExecutionException, InterruptedException {
    String csv;
    try {
      csv = Files.readString(Path.of(parsed.value(ConsumerGroupsOptions.FROM_FILE)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Map<TopicPartition, Long> plan = ResetPlanFile.read(csv, options.groups()).get(group);
    if (plan == null) {
      ConsumerGroupsCommand.printError("No reset plan for group " + group + " found", terminal);
      return Map.of();
    }
    return withinRange(plan);
  }

  /** Where the group is, or at the end of partitions in which it has not been. */
  private Map<TopicPartition, Long> current(String group, Set<TopicPartition> partitions)
      throws ExecutionException, InterruptedException {
    Map<TopicPartition, OffsetAndMetadata> committed = offsets.committed(group);
    var untouched = new HashSet<>(partitions);
    untouched.removeAll(committed.keySet());
    Map<TopicPartition, Long> current = offsets.list(untouched, OffsetSpec.latest());
    for (TopicPartition partition : partitions) {
      OffsetAndMetadata today = committed.get(partition);
      if (today != null) {
        current.put(partition, today.offset());
      }
    }
    return current;
  }

  private Map<TopicPartition, Long> withinRange(Map<TopicPartition, Long> wanted)
      throws ExecutionException, InterruptedException {
    Map<TopicPartition, Long> starts = offsets.list(wanted.keySet(), OffsetSpec.earliest());
    Map<TopicPartition, Long> ends = offsets.list(wanted.keySet(), OffsetSpec.latest());
    var within = new TreeMap<TopicPartition, Long>(PartitionOrder.BY_TOPIC);
    wanted.forEach((partition, offset) -> {
      long start = starts.getOrDefault(partition, Long.MIN_VALUE);
      long end = ends.getOrDefault(partition, Long.MAX_VALUE);
      if (offset > end) {
        warn(partition, offset, "higher than latest", end);
      } else if (offset < start) {
        warn(partition, offset, "lower than earliest", start);
      }
      within.put(partition, Math.min(end, Math.max(start, offset)));
    });
    return within;
  }

  private void warn(TopicPartition partition, long offset, String how, long instead) {
    terminal
        .err()
        .printf(
            "New offset (%d) is %s offset for topic partition %s. Value will be set to %d%n",
            offset, how, partition, instead);
  }

  private void print(Map<String, Map<TopicPartition, Long>> plans) {
    List<List<String>> rows = new ArrayList<>();
    plans.forEach((group, plan) ->
        plan.forEach((partition, offset) ->
            rows.add(
                List.of(
                    group,
                    partition.topic(),
                    Integer.toString(partition.partition()),
                    Long.toString(offset)))));
    int groupWidth = 15;
    for (String group : plans.keySet()) {
      groupWidth = Math.max(groupWidth, group.length());
    }
    List<Column> columns =
        List.of(
            Column.growing("GROUP", groupWidth),
            Column.growing("TOPIC", 15),
            Column.fixed("PARTITION", 10),
            Column.last("NEW-OFFSET"));
    terminal.out().println();
    if (!plans.isEmpty()) {
      Table.lines(columns, rows).forEach(terminal.out()::println);
    }
  }
}
