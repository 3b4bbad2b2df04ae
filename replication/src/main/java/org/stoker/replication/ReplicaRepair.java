package org.stoker.replication;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stoker.base.ConfinedTo;
import org.stoker.base.Lane;
import org.stoker.base.ThreadSafe;
import org.stoker.base.Uuid;
import org.stoker.log.DamageListener;
import org.stoker.log.DamagedBatches;
import org.stoker.log.Log;
import org.stoker.metadata.BrokerImage;
import org.stoker.metadata.ClusterImage;
import org.stoker.metadata.Endpoint;
import org.stoker.metadata.PartitionImage;
import org.stoker.metadata.TopicImage;
import org.stoker.protocol.ErrorCode;
import org.stoker.protocol.message.FetchRequest;
import org.stoker.protocol.message.FetchRequest.FetchPartition;
import org.stoker.protocol.message.FetchRequest.FetchTopic;
import org.stoker.protocol.message.FetchResponse;
import org.stoker.protocol.message.FetchResponse.PartitionData;
import org.stoker.records.BatchRun;
import org.stoker.records.BatchWalk;
import org.stoker.records.CorruptBatchException;
import org.stoker.records.MemoryRecordBytes;
import org.stoker.records.RecordBatch;

/**
 * Replaces damaged batches of this broker's logs with the same batches of another replica, which it
 * fetches as a consumer does: the leader's first, then those of the other in-sync replicas.
 */
@ThreadSafe
public final class ReplicaRepair implements DamageListener {
  /** Damage of more than this is not held in memory: an operator decides. */
  static final int MAX_REPAIR_BYTES = 16 << 20;

  private static final Logger LOG = LoggerFactory.getLogger(ReplicaRepair.class);
  private static final String LANE = "the repair lane";
  private static final int WITHOUT_SESSION = -1;

  private final int brokerId;
  private final String listener;
  private final Supplier<ClusterImage> image;
  private final BiFunction<Integer, Endpoint, PeerLink> links;
  private final Executor storage;
  private final Lane lane;

  /**
   * @param listener the name of the listener that brokers use among themselves
   * @param links connects to an endpoint of a broker
   * @param storage runs what waits for the disk
   * @param lane all repairs take their steps on it
   */
  public ReplicaRepair(
      int brokerId,
      String listener,
      Supplier<ClusterImage> image,
      BiFunction<Integer, Endpoint, PeerLink> links,
      Executor storage,
      Lane lane) {
    this.brokerId = brokerId;
    this.listener = listener;
    this.image = image;
    this.links = links;
    this.storage = storage;
    this.lane = lane;
  }

  @Override
  public void damaged(Log log, DamagedBatches damage, Runnable whenDone) {
    Uuid topicId = log.topicId();
    if (topicId == null || damage.sizeBytes() > MAX_REPAIR_BYTES) {
      giveUp(log, damage, whenDone);
      return;
    }
    lane.submit(() -> new Repair(log, topicId, damage, whenDone, sources(log, topicId)).askNext());
  }

  private static void giveUp(Log log, DamagedBatches damage, Runnable whenDone) {
    LOG.error(
        "{} of {} cannot be read and no other replica has given them: {} is damaged at position {}"
            + " ({} bytes, {}). Consumers cannot pass them; kafka-delete-records.sh up to offset {}"
            + " gives up what lies before.",
        damage.offsets(),
        log.topicPartition(),
        damage.file(),
        damage.position(),
        damage.sizeBytes(),
        damage.problem(),
        damage.nextOffset());
    whenDone.run();
  }

  private Queue<BrokerImage> sources(Log log, Uuid topicId) {
    var sources = new ArrayDeque<BrokerImage>();
    ClusterImage current = image.get();
    TopicImage topic = current.topic(topicId);
    int index = log.topicPartition().partition();
    if (topic == null || index >= topic.partitions().size()) {
      return sources;
    }
    PartitionImage partition = topic.partitions().get(index);
    Set<Integer> ids = new LinkedHashSet<>();
    ids.add(partition.leader());
    ids.addAll(partition.isr());
    ids.remove(brokerId);
    for (int id : ids) {
      BrokerImage broker = current.broker(id);
      if (broker != null && broker.isActive()) {
        sources.add(broker);
      }
    }
    return sources;
  }

  /** One stretch of damage, while it is being fetched. */
  @ConfinedTo(LANE)
  private final class Repair {
    private final Log log;
    private final Uuid topicId;
    private final DamagedBatches damage;
    private final Runnable whenDone;
    private final Queue<BrokerImage> sources;
    private final ByteBuffer fetched;
    private long nextOffset;
    private @Nullable PeerLink source;

    Repair(
        Log log,
        Uuid topicId,
        DamagedBatches damage,
        Runnable whenDone,
        Queue<BrokerImage> sources) {
      this.log = log;
      this.topicId = topicId;
      this.damage = damage;
      this.whenDone = whenDone;
      this.sources = sources;
      this.fetched = ByteBuffer.allocate(damage.sizeBytes());
    }

    void askNext() {
      closeSource();
      BrokerImage broker = sources.poll();
      if (broker == null) {
        giveUp(log, damage, whenDone);
        return;
      }
      Endpoint endpoint = broker.endpoint(listener);
      if (endpoint == null) {
        askNext();
        return;
      }
      fetched.clear();
      nextOffset = damage.firstOffset();
      source = links.apply(broker.id(), endpoint);
      ask(source);
    }

    private void ask(PeerLink link) {
      FetchPartition partition =
          new FetchPartition()
              .setPartition(log.topicPartition().partition())
              .setFetchOffset(nextOffset)
              .setPartitionMaxBytes(fetched.remaining());
      FetchRequest request =
          new FetchRequest()
              .setMaxWaitMs(0)
              .setMinBytes(0)
              .setMaxBytes(fetched.remaining())
              .setSessionEpoch(WITHOUT_SESSION)
              .setTopics(
                  List.of(new FetchTopic().setTopicId(topicId).setPartitions(List.of(partition))));
      link.send(request, reply -> lane.submit(() -> replied(link, reply)));
    }

    private void replied(PeerLink link, PeerLink.Reply reply) {
      boolean hasMore = false;
      switch (reply) {
        case PeerLink.Reply.Lost(String reason) ->
            LOG.debug("{}: no batches for a repair: {}", log.topicPartition(), reason);
        case PeerLink.Reply.Answer(var body, var release) -> {
          hasMore = body instanceof FetchResponse response && keep(response);
          release.run();
        }
      }
      if (isComplete()) {
        closeSource();
        write();
      } else if (hasMore) {
        ask(link);
      } else {
        askNext();
      }
    }

    /** Keeps the batches of the damaged offsets; false if the response brought none. */
    private boolean keep(FetchResponse response) {
      for (var topic : response.responses()) {
        for (PartitionData data : topic.partitions()) {
          if (ErrorCode.forCode(data.errorCode()) == ErrorCode.NONE
              && data.records() instanceof MemoryRecordBytes records) {
            return keep(records.buffer());
          }
        }
      }
      return false;
    }

    private boolean keep(ByteBuffer records) {
      try {
        BatchRun run = BatchRun.check(records);
        ByteBuffer batches = records.slice(records.position(), run.sizeInBytes());
        var walk = new BatchWalk(batches);
        int before = fetched.position();
        while (walk.next() && fits(walk.batch())) {
          RecordBatch batch = walk.batch();
          fetched.put(batches.slice(batch.position(), batch.sizeInBytes()));
          nextOffset = batch.nextOffset();
        }
        return fetched.position() > before;
      } catch (CorruptBatchException e) {
        LOG.warn("{}: another replica is damaged as well: {}", log.topicPartition(), e.fault());
        return false;
      }
    }

    private boolean fits(RecordBatch batch) {
      return batch.baseOffset() >= nextOffset
          && batch.lastOffset() < damage.nextOffset()
          && batch.sizeInBytes() <= fetched.remaining();
    }

    private boolean isComplete() {
      return !fetched.hasRemaining();
    }

    private void write() {
      ByteBuffer batches = fetched.flip();
      log.lane()
          .submit(() ->
              log.lane()
                  .continueOn(
                      storage,
                      () -> {
                        try {
                          writeNow(batches);
                        } finally {
                          whenDone.run();
                        }
                      }));
    }

    private void writeNow(ByteBuffer batches) {
      if (!log.isClosed() && !log.repair(damage, batches)) {
        LOG.info("{} has changed where it was damaged", log.topicPartition());
      }
    }

    private void closeSource() {
      PeerLink link = source;
      source = null;
      if (link != null) {
        link.close();
      }
    }
  }
}
