package org.stoker.simulation;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Pattern;

/** One way to get it wrong: classes of which some lines are others. */
@SuppressWarnings({
  "ImmutableEnumChecker", // The list is one of List.of.
  "StringConcatToTextBlock" // The blanks at the beginning of a line count.
})
enum Mutation {
  HIGH_WATERMARK_IGNORES_A_REPLICA(
      1,
      "replication/InSyncReplicas",
      "        smallest = Math.min(smallest, follower.flushedEnd);",
      "        smallest = replica == isr.getLast() ? smallest : Math.min(smallest,"
          + " follower.flushedEnd);"),

  HIGH_WATERMARK_FROM_UNFLUSHED_OFFSETS(
      1,
      "replication/Partition",
      "    return log.config().flush().acksAreFlushed() ? log.flushedOffset() :"
          + " log.logEndOffset();",
      "    return log.logEndOffset();"),

  TRUNCATION_TO_THE_HIGH_WATERMARK(
      4,
      "replication/Partition",
      "      leadersHighWatermark = 0;\n",
      "      leadersHighWatermark = 0;\n      log.truncateTo(highWatermark(), clock.wallMs());\n"),

  ACKNOWLEDGES_AFTER_IT_WAS_DEPOSED(
      1,
      "replication/Partition",
      "    copy.giveUp();\n    parkedProduces.refuseAll(error, reason);",
      "    copy.giveUp();\n    parkedProduces.release(Long.MAX_VALUE);"),

  // Neither kept out, nor noted as what it is: with its true epoch the next leader cuts it off.
  FOLLOWER_APPENDS_WHATEVER_THE_EPOCH(
      4,
      "replication/FollowerCopy",
      "  void append(ByteBuffer batches, int leaderEpoch, Consumer<FollowerReply> onReply) {\n"
          + "    if (!followsIn.test(leaderEpoch)) {",
      "  void append(ByteBuffer batches, int leaderEpoch, Consumer<FollowerReply> onReply) {\n"
          + "    if (leaderEpoch < 0) {",
      "replication/ReplicaFetcher",
      "        if (one != null && isCurrent(one)) {",
      "        if (one != null) {",
      "log/LeaderEpochHistory",
      "    LeaderEpochHistory changed = kept == floor ? this : slice(0, kept + 1);",
      "    LeaderEpochHistory changed = this;"),

  FOLLOWER_ACKNOWLEDGES_BEFORE_IT_FLUSHED(
      1,
      "replication/FollowerCopy",
      "    long end = log.config().flush().acksAreFlushed() ? log.flushedOffset() :"
          + " log.logEndOffset();",
      "    long end = log.logEndOffset();",
      "replication/FollowerCopy",
      "    boolean isOnDisk = !log.config().flush().acksAreFlushed() || log.flushedOffset() >="
          + " endOffset;",
      "    boolean isOnDisk = endOffset >= 0;"),

  ISR_SHRUNK_BEFORE_THE_CONTROLLER_ANSWERED(
      9,
      "replication/InSyncReplicas",
      "      smallest = Math.min(smallest, smallestOnDisk(proposal.brokerIds(), ownFlushedEnd));",
      "      smallest = smallestOnDisk(proposal.brokerIds(), ownFlushedEnd);"),

  ISR_GROWN_WITHOUT_CATCHING_UP(
      1,
      "replication/InSyncReplicas",
      "        || follower.flushedEnd < Math.max(highWatermark, epochStartOffset)) {",
      "        || follower.flushedEnd < 0) {"),

  CONTROLLER_WRITES_WITHOUT_VERSIONS(
      31,
      "simulation/Seams",
      "  default boolean checksVersions() {\n    return true;",
      "  default boolean checksVersions() {\n    return false;"),

  SNAPSHOT_MISSES_A_RECORD(
      1,
      "metadata/ClusterImage",
      "    if (!lastProducerIds.equals(ProducerIdBlock.NONE)) {",
      "    if (lastProducerIds.next() < 0) {"),

  CONSUMERS_READ_WHAT_IS_NOT_COMMITTED(
      1,
      "replication/PartitionReads",
      "    long bound = now.highWatermark();\n"
          + "    long lastStable = Math.min(log.lastStableOffset(), bound);\n"
          + "    FetchReply otherHistory",
      "    long bound = log.logEndOffset();\n"
          + "    long lastStable = Math.min(log.lastStableOffset(), bound);\n"
          + "    FetchReply otherHistory"),

  LEADER_ALONE_IS_ENOUGH(
      16,
      "replication/Partition",
      "    if (account == null || account.hasTooFew(rules().minInsyncReplicas())) {",
      "    if (account == null) {"),

  // Neither fenced when it registers, nor moved on afterwards: one of the two would do.
  NO_NEW_EPOCH_FOR_A_LEADER_THAT_COMES_BACK(
      29,
      "metadata/BrokerDecisions",
      "            before != null && isSameLife\n",
      "            before != null\n",
      "metadata/PartitionDecisions",
      "    if (restarted.contains(partition.leader())) {",
      "    if (restarted.size() > 1_000) {"),

  CONTROLLER_TAKES_PROPOSALS_FROM_OLDER_METADATA(
      54,
      "metadata/PartitionDecisions",
      "    if (change.leaderEpoch() < partition.leaderEpoch()) {",
      "    if (change.leaderEpoch() < 0) {",
      "metadata/PartitionDecisions",
      "    if (leader != partition.leader()) {",
      "    if (leader < 0) {",
      "metadata/PartitionDecisions",
      "    if (change.partitionEpoch() < partition.partitionEpoch()) {",
      "    if (change.partitionEpoch() < 0) {"),

  REPLICA_WITH_A_LOST_DISK_STAYS_ELIGIBLE(
      23,
      "metadata/ReplicaFacts",
      "    return !LogDirectoryId.isReserved(directory) &&"
          + " !registered.logDirs().contains(directory);",
      "    return registered.logDirs().isEmpty() && directory.equals(LogDirectoryId.UNASSIGNED);"),

  LEADER_EPOCHS_STAY_BEHIND_A_TRUNCATION(
      45, "log/LogTrimmer", "    state.leaderEpochs.truncateFromEnd(offset);\n", ""),

  // Neither waited for nor written first: one of the two would do, but for an epoch that begins
  // between the two steps of a checkpoint.
  RECOVERY_POINT_PASSES_UNWRITTEN_EPOCHS(
      2,
      "log/Log",
      "    return Math.min(flushedOffset, state.leaderEpochs.unwrittenFrom());",
      "    return flushedOffset;",
      "log/LogChores",
      "        directory.logs().stream().filter(Log::hasUnwrittenEpochs).toList(),",
      "        directory.logs().stream().filter(Log::isClosed).toList(),"),

  FLUSHES_THE_LAST_SEGMENT_ALONE(
      1,
      "log/FlushProgress",
      "    int first = Math.max(0, upTo.indexOfSegmentFor(from.flushedOffset()));",
      "    int first = upTo.segments().size() - 1;"),

  ROTTEN_BATCHES_ARE_NOT_NOTICED(
      4,
      "log/SegmentScrub",
      "      return isCrcRight(scan) ? null : \"its checksum is wrong\";",
      "      return null;");

  private final long knownSeed;
  private final List<String> mistakes;

  /**
   * @param knownSeed a seed that finds it
   * @param mistakes a class as a path below org/stoker, what it says, what it says instead; and so
   *     on
   */
  Mutation(long knownSeed, String... mistakes) {
    this.knownSeed = knownSeed;
    this.mistakes = List.of(mistakes);
  }

  long knownSeed() {
    return knownSeed;
  }

  /** The sources with the mistakes in them, by class. */
  Map<String, String> applyTo(Function<String, String> sources) {
    Map<String, String> mutated = new TreeMap<>();
    for (int i = 0; i < mistakes.size(); i += 3) {
      String right = mistakes.get(i + 1);
      String source = mutated.computeIfAbsent(mistakes.get(i), sources);
      if (source.split(Pattern.quote(right), -1).length != 2) {
        throw new IllegalStateException(this + ": not once in " + mistakes.get(i) + ":\n" + right);
      }
      mutated.put(mistakes.get(i), source.replace(right, mistakes.get(i + 2)));
    }
    return mutated;
  }
}
