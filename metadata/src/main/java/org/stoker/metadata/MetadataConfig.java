package org.stoker.metadata;

/**
 * How this room behaves.
 *
 * @param registrationPatienceMs how long a stranger's session with our broker id may take to end
 * @param pollMs how often the nodes are looked at that are watched anyway
 * @param mostCommands how many commands may wait; more are answered as timed out at once
 * @param snapshotEntries a snapshot is taken after this many entries of the log
 * @param snapshotBytes or after this many bytes
 * @param entryBytes how large a node gets, of the log or of a snapshot; a change that needs more is
 *     written as a transaction over several
 * @param liveness when brokers are given up, and led home
 */
public record MetadataConfig(
    long registrationPatienceMs,
    long pollMs,
    int mostCommands,
    int snapshotEntries,
    long snapshotBytes,
    int entryBytes,
    Liveness liveness) {
  /** ZooKeeper's own limit is 1 MiB for a packet; the rest leaves room for a multi around it. */
  private static final int DEFAULT_ENTRY_BYTES = 256 * 1024;

  /**
   * How a controller looks after the brokers.
   *
   * @param mostSilenceMs {@code broker.session.timeout.ms}
   * @param heartbeatMs {@code broker.heartbeat.interval.ms}: how often brokers are to be heard
   * @param balanceEveryMs {@code leader.imbalance.check.interval.seconds}; 0 for never
   * @param mostImbalancePercent {@code leader.imbalance.per.broker.percentage}
   */
  public record Liveness(
      long mostSilenceMs, long heartbeatMs, long balanceEveryMs, int mostImbalancePercent) {
    public static final Liveness DEFAULT = new Liveness(2_500, 500, 300_000, 10);
  }

  /** The same with brokers looked after in another way. */
  public MetadataConfig with(Liveness changed) {
    return new MetadataConfig(
        registrationPatienceMs,
        pollMs,
        mostCommands,
        snapshotEntries,
        snapshotBytes,
        entryBytes,
        changed);
  }

  /** What fits a session that ends after this time without a sign of life. */
  public static MetadataConfig forSessionTimeout(int sessionTimeoutMs) {
    return new MetadataConfig(
        sessionTimeoutMs + 5_000L,
        5_000,
        10_000,
        1_000,
        8L * 1024 * 1024,
        DEFAULT_ENTRY_BYTES,
        Liveness.DEFAULT);
  }
}
