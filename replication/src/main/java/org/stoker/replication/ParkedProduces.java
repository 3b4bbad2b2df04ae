package org.stoker.replication;

import java.util.ArrayDeque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.stoker.base.ConfinedTo;
import org.stoker.protocol.ErrorCode;

/**
 * Replies that wait until the high watermark has passed their batches; in the order of the log, so
 * that only the first needs a look. Bounded by the bytes of requests in flight.
 */
@ConfinedTo(ConfinedTo.PARTITION_LANE)
final class ParkedProduces {
  private final ArrayDeque<Parked> waiting = new ArrayDeque<>();

  private record Parked(AppendReply.Accepted reply, Consumer<AppendReply> onReply) {}

  void park(AppendReply.Accepted reply, Consumer<AppendReply> onReply) {
    Parked last = waiting.peekLast();
    if (last == null || last.reply().lastOffset() <= reply.lastOffset()) {
      waiting.add(new Parked(reply, onReply));
    } else {
      parkAmongOthers(new Parked(reply, onReply));
    }
  }

  /** A duplicate waits where its original does. */
  private void parkAmongOthers(Parked parked) {
    var later = new ArrayDeque<Parked>();
    Parked last;
    while ((last = waiting.peekLast()) != null
        && last.reply().lastOffset() > parked.reply().lastOffset()) {
      later.addFirst(waiting.removeLast());
    }
    waiting.add(parked);
    waiting.addAll(later);
  }

  /** Answers those whose batches lie below the high watermark. */
  void release(long highWatermark) {
    Parked first;
    while ((first = waiting.peekFirst()) != null && first.reply().lastOffset() < highWatermark) {
      waiting.removeFirst();
      Callbacks.answer(first.onReply(), first.reply());
    }
  }

  /** Answers all with an error: this broker will not learn what becomes of their batches. */
  void refuseAll(ErrorCode error, String message) {
    @Nullable Parked first;
    while ((first = waiting.pollFirst()) != null) {
      Callbacks.answer(first.onReply(), new AppendReply.Refused(error, message));
    }
  }

  int count() {
    return waiting.size();
  }
}
