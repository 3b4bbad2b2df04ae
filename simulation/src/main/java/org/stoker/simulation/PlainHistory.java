package org.stoker.simulation;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.stoker.base.ConfinedTo;

/**
 * What producers without sequences sent, and what they were told: of what the leader alone has
 * acknowledged nothing is lost unless another leads, and what survives is in order.
 */
@ConfinedTo(ConfinedTo.ONE_THREAD)
final class PlainHistory {
  private static final long UNKNOWN = -1;

  private final History history;
  private final Map<History.Partition, Map<String, Sent>> sent = new HashMap<>();
  private long moments;

  PlainHistory(History history) {
    this.history = history;
  }

  /** A value on its one way. */
  private static final class Sent {
    final long connection;
    final int leaderEpoch;
    final long sentAt;
    long answeredAt = UNKNOWN;
    long offset = UNKNOWN;

    Sent(long connection, int leaderEpoch, long sentAt) {
      this.connection = connection;
      this.leaderEpoch = leaderEpoch;
      this.sentAt = sentAt;
    }
  }

  /**
   * A batch is on its way.
   *
   * @param connection what goes over the same one comes in order
   * @param leaderEpoch the leader's, as far as the producer knows
   */
  void sent(History.Partition partition, List<String> values, long connection, int leaderEpoch) {
    Map<String, Sent> known = sent.computeIfAbsent(partition, _ -> new LinkedHashMap<>());
    values.forEach(value -> known.put(value, new Sent(connection, leaderEpoch, moments++)));
  }

  /** The leader has said that the batch lies there. */
  void acknowledged(History.Partition partition, List<String> values, long baseOffset) {
    Map<String, Sent> known = sent.getOrDefault(partition, Map.of());
    long offset = baseOffset;
    for (String value : values) {
      Sent one = known.get(value);
      if (one != null) {
        one.answeredAt = moments++;
        one.offset = offset++;
      }
    }
  }

  boolean isOf(History.Partition partition, String value) {
    return sent.getOrDefault(partition, Map.of()).containsKey(value);
  }

  /**
   * Judges a partition.
   *
   * @param read what readers found in it
   * @param leaderEpoch the last one; who was acknowledged in it has been with the only leader since
   */
  void judge(History.Partition partition, SortedMap<Long, String> read, int leaderEpoch) {
    Map<String, Sent> known = sent.getOrDefault(partition, Map.of());
    judgeOrder(partition, read, known);
    known.forEach((value, one) -> {
      if (one.answeredAt != UNKNOWN
          && one.leaderEpoch == leaderEpoch
          && !history.mayBeDeleted(partition, one.offset)
          && !value.equals(read.get(one.offset))) {
        history.violation(
            "%s was acknowledged by the leader of epoch %d at %d of %s, and %s is read there"
                .formatted(value, leaderEpoch, one.offset, partition, read.get(one.offset)));
      }
    });
  }

  private void judgeOrder(
      History.Partition partition, SortedMap<Long, String> read, Map<String, Sent> known) {
    Map<Long, Long> lastOfConnection = new HashMap<>();
    long last = UNKNOWN;
    for (String value : read.values()) {
      Sent one = known.get(value);
      if (one == null) {
        continue;
      }
      Long before = lastOfConnection.put(one.connection, one.sentAt);
      if (before != null && before > one.sentAt) {
        history.violation(
            "%s comes after what was sent later over its connection, in %s"
                .formatted(value, partition));
      }
      if (one.answeredAt != UNKNOWN && one.answeredAt < last) {
        history.violation(
            "%s comes after what was sent when it was acknowledged, in %s"
                .formatted(value, partition));
      }
      last = Math.max(last, one.sentAt);
    }
  }
}
