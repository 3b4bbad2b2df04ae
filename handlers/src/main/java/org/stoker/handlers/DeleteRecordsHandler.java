package org.stoker.handlers;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.stoker.base.Timers;
import org.stoker.base.Uuid;
import org.stoker.network.RequestContext;
import org.stoker.protocol.ErrorCode;
import org.stoker.protocol.message.DeleteRecordsRequest;
import org.stoker.protocol.message.DeleteRecordsRequest.DeleteRecordsPartition;
import org.stoker.protocol.message.DeleteRecordsRequest.DeleteRecordsTopic;
import org.stoker.protocol.message.DeleteRecordsResponse;
import org.stoker.protocol.message.DeleteRecordsResponse.DeleteRecordsPartitionResult;
import org.stoker.protocol.message.DeleteRecordsResponse.DeleteRecordsTopicResult;
import org.stoker.replication.Partition;
import org.stoker.replication.RecordDeletion;

/** DeleteRecords: partitions begin later from now on. */
final class DeleteRecordsHandler implements Handler<DeleteRecordsRequest> {
  private static final long NO_LOW_WATERMARK = -1;

  private final PartitionLookup lookup;
  private final Timers timers;

  DeleteRecordsHandler(PartitionLookup lookup, Timers timers) {
    this.lookup = lookup;
    this.timers = timers;
  }

  @Override
  public void handle(DeleteRecordsRequest body, RequestContext context) {
    List<DeleteRecordsTopicResult> topics = new ArrayList<>();
    List<Deletion> deletions = new ArrayList<>();
    AtomicInteger unfinished = new AtomicInteger(1);
    AtomicInteger untried = new AtomicInteger(1);
    var answered = new CompletableFuture<Void>();
    Runnable oneLess =
        () -> {
          if (unfinished.decrementAndGet() == 0) {
            context.respond(new DeleteRecordsResponse().setTopics(topics));
            answered.complete(null);
          }
        };
    // What this broker does itself is done before anybody looks at the clock, as in Kafka.
    Runnable oneLessToTry =
        () -> {
          if (untried.decrementAndGet() == 0 && !answered.isDone()) {
            limit(body.timeoutMs(), deletions, answered);
          }
        };
    lastOffsets(body)
        .forEach((topic, offsets) -> {
          List<DeleteRecordsPartitionResult> results = new ArrayList<>();
          offsets.forEach((index, offset) -> {
            DeleteRecordsPartitionResult result =
                new DeleteRecordsPartitionResult()
                    .setPartitionIndex(index)
                    .setLowWatermark(NO_LOW_WATERMARK);
            results.add(result);
            Partition partition = lookup.find(Uuid.ZERO, topic, index);
            if (ClusterView.isInternal(topic)) {
              result.setErrorCode(ErrorCode.INVALID_TOPIC_EXCEPTION.code());
            } else if (partition == null) {
              result.setErrorCode(lookup.errorOf(Uuid.ZERO, topic, index).code());
            } else {
              deletions.add(
                  new Deletion(partition, deletion(offset, result, oneLess, oneLessToTry)));
            }
          });
          topics.add(new DeleteRecordsTopicResult().setName(topic).setPartitions(results));
        });
    unfinished.addAndGet(deletions.size());
    untried.addAndGet(deletions.size());
    deletions.forEach(Deletion::begin);
    oneLessToTry.run();
    oneLess.run();
  }

  private void limit(int timeoutMs, List<Deletion> deletions, CompletableFuture<Void> answered) {
    Timers.Timer timeUp =
        timers.after(
            Math.max(0, timeoutMs), () -> deletions.forEach(one -> one.deletion().timeOut()));
    var _ = answered.thenRun(timeUp::cancel);
  }

  private record Deletion(Partition partition, RecordDeletion deletion) {
    void begin() {
      partition.deleteRecords(deletion);
    }
  }

  /** Where a partition is in the request more than once, the last offset counts. */
  private static Map<String, Map<Integer, Long>> lastOffsets(DeleteRecordsRequest body) {
    Map<String, Map<Integer, Long>> offsets = new LinkedHashMap<>();
    for (DeleteRecordsTopic topic : body.topics()) {
      Map<Integer, Long> ofTopic =
          offsets.computeIfAbsent(topic.name(), _ -> new LinkedHashMap<>());
      for (DeleteRecordsPartition partition : topic.partitions()) {
        ofTopic.put(partition.partitionIndex(), partition.offset());
      }
    }
    return offsets;
  }

  private static RecordDeletion deletion(
      long offset, DeleteRecordsPartitionResult result, Runnable onEnd, Runnable onTried) {
    return new RecordDeletion(
        offset,
        reply -> {
          result.setErrorCode(reply.error().code()).setLowWatermark(reply.lowWatermark());
          onEnd.run();
        },
        onTried);
  }
}
