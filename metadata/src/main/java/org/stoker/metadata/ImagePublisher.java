package org.stoker.metadata;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stoker.base.ConfinedTo;
import org.stoker.protocol.Message;
import org.stoker.protocol.record.AbortTransactionRecord;
import org.stoker.protocol.record.BeginTransactionRecord;
import org.stoker.protocol.record.EndTransactionRecord;

/**
 * Folds the log into the image, entry by entry, and shows each image to everybody. What is between
 * the begin and the end of a transaction is shown at its end, or never.
 */
@ConfinedTo(MetadataLane.OWNER)
final class ImagePublisher {
  private static final Logger LOG = LoggerFactory.getLogger(ImagePublisher.class);

  private final List<MetadataListener> listeners = new ArrayList<>();
  private final PriorityQueue<Waiter> waiters =
      new PriorityQueue<>(Comparator.comparingLong(Waiter::offset));
  private final List<Condition> conditions = new ArrayList<>();
  private volatile ClusterImage image;
  private long nextOffset;
  private @Nullable ImageDraft transaction;
  private int entriesSinceSnapshot;
  private long bytesSinceSnapshot;

  private record Condition(Predicate<ClusterImage> condition, Consumer<ClusterImage> task) {}

  private record Waiter(long offset, Runnable task) {}

  ImagePublisher(ClusterImage first) {
    image = first;
    nextOffset = first.offset();
  }

  /** The image last published; any thread may ask. */
  ClusterImage image() {
    return image;
  }

  /** The offset of the record to fold in next; past the image's offset inside a transaction. */
  long nextOffset() {
    return nextOffset;
  }

  boolean isInTransaction() {
    return transaction != null;
  }

  int entriesSinceSnapshot() {
    return entriesSinceSnapshot;
  }

  long bytesSinceSnapshot() {
    return bytesSinceSnapshot;
  }

  void snapshotWritten() {
    entriesSinceSnapshot = 0;
    bytesSinceSnapshot = 0;
  }

  /** Runs the task once everything below this offset is folded in, at once if it is. */
  void whenApplied(long offset, Runnable task) {
    waiters.add(new Waiter(offset, task));
    wake();
  }

  /** Gives the first image, this one included, that is as the condition says. */
  void whenImage(Predicate<ClusterImage> condition, Consumer<ClusterImage> task) {
    if (condition.test(image)) {
      task.accept(image);
    } else {
      conditions.add(new Condition(condition, task));
    }
  }

  private void wakeConditions() {
    for (Condition waiter : List.copyOf(conditions)) {
      if (waiter.condition().test(image) && conditions.remove(waiter)) {
        waiter.task().accept(image);
      }
    }
  }

  private void wake() {
    for (Waiter first = waiters.peek();
        first != null && first.offset() <= nextOffset;
        first = waiters.peek()) {
      waiters.remove();
      first.task().run();
    }
  }

  /** The listener is shown the image of now as its first, as if all of it were new. */
  void addListener(MetadataListener listener) {
    listeners.add(listener);
    if (image.offset() > 0) {
      show(listener, MetadataDelta.between(ClusterImage.empty(image.clusterId()), image), image);
    }
  }

  /** The cluster's name is known before its first record. */
  void nameCluster(String clusterId) {
    if (image.clusterId().isEmpty()) {
      image = ClusterImage.empty(clusterId);
    } else if (!image.clusterId().equals(clusterId)) {
      throw new IllegalStateException(
          "this is cluster " + image.clusterId() + " and ZooKeeper says " + clusterId);
    }
  }

  /** Starts again from a snapshot. */
  void restore(SnapshotPointer.Snapshot snapshot, List<Message> records) {
    var draft = new ImageDraft(ClusterImage.empty(image.clusterId()));
    records.forEach(draft::replay);
    ClusterImage before = image;
    ClusterImage restored =
        draft
            .finish(snapshot.offset(), snapshot.controllerEpoch(), snapshot.controllerId())
            .image();
    transaction = null;
    nextOffset = snapshot.offset();
    snapshotWritten();
    publish(MetadataDelta.between(before, restored), restored);
    wake();
  }

  void apply(LogEntry entry) {
    if (entry.baseOffset() != nextOffset) {
      throw new IllegalStateException(
          "entry " + entry.baseOffset() + " is applied at offset " + nextOffset);
    }
    if (entry.controllerEpoch() < image.controllerEpoch()) {
      throw new IllegalStateException(
          "entry "
              + entry.baseOffset()
              + " is of controller epoch "
              + entry.controllerEpoch()
              + ", after one of epoch "
              + image.controllerEpoch());
    }
    entriesSinceSnapshot++;
    bytesSinceSnapshot += entry.sizeBytes();
    ImageDraft draft = transaction == null ? new ImageDraft(image) : transaction;
    boolean open = transaction != null;
    int last = entry.records().size() - 1;
    for (int at = 0; at <= last; at++) {
      Message record = entry.records().get(at);
      switch (record) {
        case BeginTransactionRecord _ -> {
          require(!open && at == 0, entry);
          open = true;
        }
        case EndTransactionRecord _ -> {
          require(open && at == last, entry);
          open = false;
        }
        case AbortTransactionRecord _ -> {
          require(open && at == last, entry);
          open = false;
          draft = new ImageDraft(image);
        }
        default -> draft.replay(record);
      }
    }
    nextOffset = entry.endOffset();
    transaction = open ? draft : null;
    if (!open) {
      ImageDraft.Finished finished =
          draft.finish(nextOffset, entry.controllerEpoch(), entry.controllerId());
      publish(finished.delta(), finished.image());
    }
    wake();
  }

  private static void require(boolean inPlace, LogEntry entry) {
    if (!inPlace) {
      throw new IllegalStateException(
          "entry " + entry.baseOffset() + " begins or ends a transaction in the wrong place");
    }
  }

  private void publish(MetadataDelta delta, ClusterImage next) {
    image = next;
    for (MetadataListener listener : listeners) {
      show(listener, delta, next);
    }
    wakeConditions();
  }

  private static void show(MetadataListener listener, MetadataDelta delta, ClusterImage image) {
    try {
      listener.imageChanged(delta, image);
    } catch (RuntimeException e) {
      // One listener's fault must not keep the others, nor the next image, from being shown.
      LOG.error("{} failed on the image of offset {}", listener, image.offset(), e);
    }
  }
}
