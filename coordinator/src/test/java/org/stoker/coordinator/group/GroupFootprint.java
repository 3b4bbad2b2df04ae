package org.stoker.coordinator.group;

import java.lang.management.ManagementFactory;
import java.util.List;
import org.stoker.base.CallerRunsLane;
import org.stoker.base.HeapBudget;
import org.stoker.base.Uuid;
import org.stoker.coordinator.runtime.Bytes;
import org.stoker.coordinator.runtime.MemoryShardLog;
import org.stoker.protocol.ErrorCode;
import org.stoker.testkit.SimulatedClock;
import org.stoker.testkit.SplitMixSeed;

/**
 * Measures what groups, members and offsets take on the heap, and what the account says: a program
 * for people, whose figures stand in docs/operations.md.
 */
@SuppressWarnings({"FutureReturnValueIgnored", "SystemOut"})
final class GroupFootprint {
  private static final int COUNT = 50_000;
  private static final long HEAP_BYTES = 64L << 30;

  private final SimulatedClock clock = new SimulatedClock();
  private final GroupMemory memory =
      GroupMemory.ofHeap(HEAP_BYTES, new HeapBudget(HEAP_BYTES), clock);
  private final MemoryShardLog log = new MemoryShardLog();
  private final GroupCoordinator groups =
      Coordinators.of(
          GroupRig.NO_DELAY,
          memory,
          new SplitMixSeed(7),
          log,
          clock,
          partition -> new CallerRunsLane("shard", Runnable::run));

  private GroupFootprint() {
    groups.start(1);
    groups.becomeLeader(0, 1);
    log.forgetWhatIsAppended();
  }

  private interface Step {
    void make(GroupFootprint footprint, int number);
  }

  /** What is measured first warms the others up. */
  public static void main(String[] arguments) {
    Step lone = (f, i) -> f.commit("group-" + i, "orders", 0, "");
    measure(lone);
    report("one offset in a group of its own", lone);
    report(
        "  with 100 characters of metadata",
        (f, i) -> f.commit("group-" + i, "orders", 0, "m".repeat(100)));
    report(
        "  with 4,000 characters of metadata",
        (f, i) -> f.commit("group-" + i, "orders", 0, "m".repeat(4_000)));
    report("one more offset of a known topic", (f, i) -> f.commit("group", "orders", i, ""));
    report(
        "  on its way to the log, with its batch",
        (f, i) -> {
          f.log.holdAppends(true);
          f.commit("group-" + i, "orders", 0, "");
        });
    Step member = GroupFootprint::member;
    measure(member);
    report("a member, one of 50 in a group, with 200 bytes of subscription", member);
  }

  private static void report(String what, Step step) {
    Measured measured = measure(step);
    System.out.printf(
        "%-65s %5d bytes, counted %5d%n",
        what, measured.bytes() / COUNT, measured.counted() / COUNT);
  }

  private record Measured(long bytes, long counted) {}

  private static Measured measure(Step step) {
    long before = usedBytes();
    var footprint = new GroupFootprint();
    for (int i = 0; i < COUNT; i++) {
      step.make(footprint, i);
    }
    footprint.clock.advanceMs(1);
    long bytes = usedBytes() - before;
    return new Measured(
        bytes, footprint.memory.offsets().usedBytes() + footprint.memory.members().usedBytes());
  }

  private static long usedBytes() {
    System.gc();
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  private void commit(String group, String topic, int partition, String metadata) {
    groups.commitOffsets(
        new CommitOffsetsCommand(
            group,
            "",
            null,
            -1,
            CommitOffsetsCommand.BROKERS_RETENTION,
            true,
            List.of(
                new CommitOffsetsCommand.Topic(
                    copy(topic),
                    Uuid.ZERO,
                    List.of(new CommitOffsetsCommand.Partition(partition, 1, -1, metadata))))));
  }

  private void member(int number) {
    String group = "group-" + number / 50;
    JoinGroupReply first = groups.joinGroup(command(group, "")).join();
    if (first.error() != ErrorCode.MEMBER_ID_REQUIRED) {
      throw new IllegalStateException(first.toString());
    }
    groups.joinGroup(command(group, first.memberId()));
  }

  private static JoinGroupCommand command(String group, String memberId) {
    return new JoinGroupCommand(
        group,
        memberId,
        null,
        "consumer",
        List.of(new GroupProtocol(copy("range"), Bytes.of(new byte[200]))),
        GroupRig.SESSION_MS,
        GroupRig.REBALANCE_MS,
        new ClientIdentity(copy("consumer-orders-1"), copy("/10.0.0.7")),
        true,
        true,
        null);
  }

  /** As if it came from a socket. */
  private static String copy(String text) {
    return new String(text.toCharArray());
  }
}
