package org.stoker.tools;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.DescribeConsumerGroupsOptions;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.stoker.tools.Table.Column;

/** The tables of {@code consumer-groups --describe}: offsets, members or state. */
final class GroupDescriptions {
  private static final String ABSENT = "-";

  private final Admin admin;
  private final ConsumerGroupsOptions options;
  private final Terminal terminal;
  private final GroupOffsets offsets;
  private final boolean verbose;

  GroupDescriptions(Admin admin, ConsumerGroupsOptions options, Terminal terminal) {
    this.admin = admin;
    this.options = options;
    this.terminal = terminal;
    this.offsets = new GroupOffsets(admin, options);
    this.verbose = options.has(ConsumerGroupsOptions.VERBOSE);
  }

  void print(Collection<String> groups) throws ExecutionException, InterruptedException {
    Map<String, ConsumerGroupDescription> described =
        new TreeMap<>(
            admin
                .describeConsumerGroups(
                    groups, options.withTimeout(new DescribeConsumerGroupsOptions()))
                .all()
                .get());
    for (ConsumerGroupDescription group : described.values()) {
      if (options.has(ConsumerGroupsOptions.MEMBERS)) {
        printMembers(group);
      } else if (options.has(ConsumerGroupsOptions.STATE)) {
        printState(group);
      } else {
        printOffsets(group);
      }
    }
  }

  /** Says what is unusual about the group's state; true when there is a table to print. */
  private boolean announce(ConsumerGroupDescription group) {
    switch (group.groupState()) {
      case DEAD -> {
        ConsumerGroupsCommand.printError(
            "Consumer group '" + group.groupId() + "' does not exist.", terminal);
        return false;
      }
      case EMPTY ->
          terminal
              .err()
              .println("\nConsumer group '" + group.groupId() + "' has no active members.");
      case PREPARING_REBALANCE, COMPLETING_REBALANCE, ASSIGNING, RECONCILING ->
          terminal
              .err()
              .println("\nWarning: Consumer group '" + group.groupId() + "' is rebalancing.");
      case STABLE -> {}
      default ->
          throw new KafkaException(
              "Expected a valid consumer group state, but found '" + group.groupState() + "'.");
    }
    return true;
  }

  private void printOffsets(ConsumerGroupDescription group)
      throws ExecutionException, InterruptedException {
    List<List<String>> rows = offsetRows(group);
    if (!announce(group) || rows.isEmpty()) {
      return;
    }
    var columns = new ArrayList<Column>();
    columns.add(Column.growing("GROUP", 15));
    columns.add(Column.growing("TOPIC", 15));
    columns.add(Column.fixed("PARTITION", 10));
    if (verbose) {
      columns.add(Column.fixed("LEADER-EPOCH", 15));
    }
    columns.add(Column.fixed("CURRENT-OFFSET", 15));
    columns.add(Column.fixed("LOG-END-OFFSET", 15));
    columns.add(Column.fixed("LAG", 15));
    columns.add(Column.growing("CONSUMER-ID", 15));
    columns.add(Column.growing("HOST", 15));
    columns.add(Column.last("CLIENT-ID"));
    print(Table.lines(columns, rows));
  }

  /** First the partitions of each member, the busiest member first, then those without one. */
  private List<List<String>> offsetRows(ConsumerGroupDescription group)
      throws ExecutionException, InterruptedException {
    Map<TopicPartition, OffsetAndMetadata> committed = offsets.committed(group.groupId());
    List<MemberDescription> busy =
        group.members().stream()
            .filter(member -> !member.assignment().topicPartitions().isEmpty())
            .sorted(
                Comparator.comparingInt(
                        (MemberDescription member) -> member.assignment().topicPartitions().size())
                    .reversed())
            .toList();
    List<List<String>> rows = new ArrayList<>();
    Set<TopicPartition> assigned = new HashSet<>();
    for (MemberDescription member : busy) {
      Set<TopicPartition> partitions = member.assignment().topicPartitions();
      assigned.addAll(partitions);
      addOffsetRows(rows, group.groupId(), partitions, committed, member);
    }
    Set<TopicPartition> unassigned = new HashSet<>(committed.keySet());
    unassigned.removeAll(assigned);
    addOffsetRows(rows, group.groupId(), unassigned, committed, null);
    return rows;
  }

  private void addOffsetRows(
      List<List<String>> rows,
      String group,
      Set<TopicPartition> partitions,
      Map<TopicPartition, OffsetAndMetadata> committed,
      @Nullable MemberDescription member)
      throws ExecutionException, InterruptedException {
    Map<TopicPartition, Long> ends = offsets.endsOfThoseWithLeader(partitions);
    var sorted = new TreeSet<>(PartitionOrder.BY_TOPIC);
    sorted.addAll(partitions);
    for (TopicPartition partition : sorted) {
      OffsetAndMetadata current = committed.get(partition);
      Long end = ends.get(partition);
      var row = new ArrayList<String>();
      row.add(group);
      row.add(partition.topic());
      row.add(Integer.toString(partition.partition()));
      if (verbose) {
        row.add(
            current == null ? ABSENT : current.leaderEpoch().map(Object::toString).orElse(ABSENT));
      }
      row.add(current == null ? ABSENT : Long.toString(current.offset()));
      row.add(end == null ? ABSENT : end.toString());
      row.add(current == null || end == null ? ABSENT : Long.toString(end - current.offset()));
      row.add(member == null ? ABSENT : member.consumerId());
      row.add(member == null ? ABSENT : member.host());
      row.add(member == null ? ABSENT : member.clientId());
      rows.add(row);
    }
  }

  private void printMembers(ConsumerGroupDescription group) {
    boolean any = announce(group) && !group.members().isEmpty();
    Collection<MemberDescription> members = any ? group.members() : List.of();
    boolean instances =
        members.stream().anyMatch(member -> !member.groupInstanceId().orElse("").isEmpty());
    boolean upgrading =
        members.stream().anyMatch(member -> !member.upgraded().orElse(true))
            && members.stream().anyMatch(member -> member.upgraded().orElse(false));
    var columns = new ArrayList<Column>();
    columns.add(Column.growing("GROUP", 15));
    columns.add(Column.growing("CONSUMER-ID", 15));
    if (instances) {
      columns.add(Column.growing("GROUP-INSTANCE-ID", 17));
    }
    columns.add(Column.growing("HOST", 15));
    columns.add(Column.growing("CLIENT-ID", 15));
    columns.add(Column.fixed("#PARTITIONS", 15));
    if (verbose) {
      columns.add(Column.fixed("CURRENT-EPOCH", 15));
      columns.add(Column.growing("CURRENT-ASSIGNMENT", 20));
      columns.add(Column.fixed("TARGET-EPOCH", 15));
      columns.add(Column.growing("TARGET-ASSIGNMENT", 20));
    }
    // Unpadded, it ends every line with the space that Kafka's lines end with.
    columns.add(verbose && !upgrading ? Column.last("") : Column.last(verbose ? "UPGRADED" : ""));
    List<List<String>> rows = new ArrayList<>();
    for (MemberDescription member : members) {
      rows.add(memberRow(group, member, instances, upgrading));
    }
    List<String> lines = Table.lines(columns, rows);
    print(verbose && !upgrading ? withoutLastSpace(lines) : lines);
  }

  private static List<String> withoutLastSpace(List<String> lines) {
    return lines.stream().map(line -> line.substring(0, line.length() - 1)).toList();
  }

  private List<String> memberRow(
      ConsumerGroupDescription group,
      MemberDescription member,
      boolean instances,
      boolean upgrading) {
    Set<TopicPartition> assigned = member.assignment().topicPartitions();
    var row = new ArrayList<String>();
    row.add(group.groupId());
    row.add(member.consumerId());
    if (instances) {
      row.add(member.groupInstanceId().orElse(""));
    }
    row.add(member.host());
    row.add(member.clientId());
    row.add(Integer.toString(assigned.size()));
    if (verbose) {
      row.add(member.memberEpoch().map(Object::toString).orElse(ABSENT));
      row.add(assignment(assigned));
      row.add(group.targetAssignmentEpoch().map(Object::toString).orElse(ABSENT));
      row.add(
          member
              .targetAssignment()
              .map(target -> assignment(target.topicPartitions()))
              .orElse(ABSENT));
    }
    row.add(verbose && upgrading ? member.upgraded().map(Object::toString).orElse(ABSENT) : "");
    return row;
  }

  /** Like {@code audit:0;orders:1,2}. */
  static String assignment(Set<TopicPartition> partitions) {
    if (partitions.isEmpty()) {
      return ABSENT;
    }
    var byTopic = new TreeMap<String, TreeSet<Integer>>();
    for (TopicPartition partition : partitions) {
      byTopic.computeIfAbsent(partition.topic(), _ -> new TreeSet<>()).add(partition.partition());
    }
    return byTopic.entrySet().stream()
        .map(topic ->
            topic.getValue().stream()
                .map(String::valueOf)
                .collect(Collectors.joining(",", topic.getKey() + ":", "")))
        .collect(Collectors.joining(";"));
  }

  private void printState(ConsumerGroupDescription group) {
    if (!announce(group)) {
      return;
    }
    Node node = group.coordinator();
    String coordinator = node.host() + ":" + node.port() + "  (" + node.idString() + ")";
    String strategy = group.partitionAssignor().isEmpty() ? ABSENT : group.partitionAssignor();
    GroupState state = group.groupState();
    var columns = new ArrayList<Column>();
    columns.add(Column.growing("GROUP", 15));
    columns.add(Column.growing("COORDINATOR (ID)", 25));
    columns.add(Column.fixed("ASSIGNMENT-STRATEGY", 20));
    columns.add(Column.fixed("STATE", 20));
    var row = new ArrayList<>(List.of(group.groupId(), coordinator, strategy, state.toString()));
    if (verbose) {
      columns.add(Column.fixed("GROUP-EPOCH", 15));
      columns.add(Column.fixed("TARGET-ASSIGNMENT-EPOCH", 25));
      row.add(group.groupEpoch().map(Object::toString).orElse(ABSENT));
      row.add(group.targetAssignmentEpoch().map(Object::toString).orElse(ABSENT));
    }
    columns.add(Column.last("#MEMBERS"));
    row.add(Integer.toString(group.members().size()));
    print(Table.lines(columns, List.of(row)));
  }

  /** After an empty line, which sets one group's table off from the one before. */
  private void print(List<String> lines) {
    terminal.out().println();
    lines.forEach(terminal.out()::println);
  }
}
