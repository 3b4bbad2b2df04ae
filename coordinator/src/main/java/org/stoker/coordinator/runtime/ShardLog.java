package org.stoker.coordinator.runtime;

import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.stoker.protocol.ErrorCode;
import org.stoker.records.CorruptBatchException;

/**
 * Where a coordinator's records are kept: the partitions of its topic, as their leader sees them.
 */
public interface ShardLog {
  /** The largest batch that the topic takes. */
  int maxBatchBytes(int partition);

  /**
   * Appends the batch, with acks=all.
   *
   * <p>The outcome comes once, on any thread, perhaps before this call returns. NONE means that the
   * batch is on disk on every in-sync replica; batches that were appended one after the other
   * succeed in that order. Anything else means that it is not in the log, or that this broker does
   * not lead the partition any longer and a resignation follows: an append in an epoch that is over
   * must be refused.
   */
  void append(int partition, int leaderEpoch, ByteBuffer batch, Consumer<Appended> outcome);

  /**
   * How an append ended.
   *
   * @param baseOffset where the batch is in the log, if there is no error
   */
  record Appended(ErrorCode error, long baseOffset) {
    private static final long NOWHERE = -1;

    /** Not in the log, or not known to be. */
    public static Appended failed(ErrorCode error) {
      return new Appended(error, NOWHERE);
    }
  }

  /**
   * Reads the partition from its start to the end that it has now, on another thread, and hands its
   * batches to the sink as they are, all of them. Returns at once.
   */
  void load(int partition, int leaderEpoch, LoadSink sink);

  /**
   * Reads single records, on another thread, and hands them to the sink in the order of the log.
   * Those that are no longer in the log are left out. Returns at once.
   *
   * @param offsets ascending, each once
   */
  void read(int partition, long[] offsets, RecordSink sink);

  /** Takes records that were asked for, from one thread. */
  interface RecordSink {
    /** The buffers may be used again after the call. */
    void record(long offset, ByteBuffer key, @Nullable ByteBuffer value);

    /** There are no more, or the error says why they cannot be read. Comes once. */
    void finished(ErrorCode outcome);
  }

  /** Takes what a partition holds, in order, from one thread at a time. */
  interface LoadSink {
    /** False when nobody wants the rest: this broker does not lead the partition any longer. */
    boolean isWanted();

    /**
     * Whole batches; the buffer may be used again after the call.
     *
     * @throws CorruptBatchException if one cannot be read; the load has failed then
     */
    void batches(ByteBuffer batches);

    /** The end was reached, or not: then the error says why. Comes once. */
    void finished(ErrorCode outcome);
  }
}
