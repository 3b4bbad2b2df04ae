package org.stoker.coordinator.group;

import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.stoker.base.ConfinedTo;
import org.stoker.base.MemoryPool;
import org.stoker.coordinator.group.GroupRecord.OffsetCommitted;
import org.stoker.coordinator.runtime.CoordinatorErrors;
import org.stoker.coordinator.runtime.ReplyTo;
import org.stoker.coordinator.runtime.ShardLog;
import org.stoker.protocol.ErrorCode;
import org.stoker.protocol.MalformedMessageException;
import org.stoker.protocol.UnsupportedVersionException;

/**
 * Completes an answer with the metadata that lies in the log. How much of it is in memory at once
 * is bounded: whoever comes while too much is being read is asked to come again.
 */
final class MetadataReads {
  private final ShardLog log;
  private final MemoryPool memory;

  MetadataReads(ShardLog log, MemoryPool memory) {
    this.log = log;
    this.memory = memory;
  }

  /** Answers at once, or from the thread that reads the log. */
  void complete(int partition, FoundOffsets found, ReplyTo<FetchOffsetsReply> to) {
    if (found.isComplete()) {
      to.reply(found.reply());
      return;
    }
    long bytes = found.loggedBytes();
    String groupId = found.reply().groupId();
    if (bytes > memory.limitBytes()) {
      // What is kept of a group is less: it asks for the same offsets many times over.
      to.reply(FetchOffsetsReply.refused(ErrorCode.INVALID_REQUEST, groupId));
      return;
    }
    if (!memory.tryClaim(bytes)) {
      to.reply(FetchOffsetsReply.refused(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS, groupId));
      return;
    }
    List<FoundOffsets.Logged> wanted = found.logged();
    long[] recordOffsets =
        wanted.stream().mapToLong(FoundOffsets.Logged::recordOffset).distinct().toArray();
    log.read(
        partition,
        recordOffsets,
        new Sink(
            wanted,
            outcome -> {
              memory.release(bytes);
              to.reply(
                  outcome == ErrorCode.NONE
                      ? found.reply()
                      : FetchOffsetsReply.refused(outcome, groupId));
            }));
  }

  /** Takes the records in the order of the log, and fills in what was looked for. */
  @ConfinedTo(ConfinedTo.CALLER)
  private static final class Sink implements ShardLog.RecordSink {
    private final List<FoundOffsets.Logged> wanted;
    private final ReplyTo<ErrorCode> whenDone;
    private int next;
    private boolean isOfAnotherKey;

    Sink(List<FoundOffsets.Logged> wanted, ReplyTo<ErrorCode> whenDone) {
      this.wanted = wanted;
      this.whenDone = whenDone;
    }

    @Override
    public void record(long offset, ByteBuffer key, @Nullable ByteBuffer value) {
      // Those before it are no longer in the log: their records were deleted, and it with them.
      while (next < wanted.size() && wanted.get(next).recordOffset() < offset) {
        next++;
      }
      OffsetCommitted read = committed(key, value);
      while (next < wanted.size() && wanted.get(next).recordOffset() == offset) {
        FoundOffsets.Logged logged = wanted.get(next++);
        if (read == null || !read.key().equals(logged.key())) {
          isOfAnotherKey = true;
          return;
        }
        logged.set(read.value().metadata());
      }
    }

    private static @Nullable OffsetCommitted committed(ByteBuffer key, @Nullable ByteBuffer value) {
      try {
        return GroupRecordCodec.CODEC.decode(key, value) instanceof OffsetCommitted read
            ? read
            : null;
      } catch (MalformedMessageException | UnsupportedVersionException e) {
        return null;
      }
    }

    @Override
    public void finished(ErrorCode outcome) {
      if (outcome != ErrorCode.NONE) {
        whenDone.reply(CoordinatorErrors.forClients(outcome));
      } else {
        // Only while another broker leads can the log hold something else there.
        whenDone.reply(isOfAnotherKey ? ErrorCode.NOT_COORDINATOR : ErrorCode.NONE);
      }
    }
  }
}
