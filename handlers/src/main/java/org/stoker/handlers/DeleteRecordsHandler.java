package org.stoker.handlers;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.stoker.base.Uuid;
import org.stoker.network.Request;
import org.stoker.protocol.ErrorCode;
import org.stoker.protocol.message.DeleteRecordsRequest;
import org.stoker.protocol.message.DeleteRecordsRequest.DeleteRecordsPartition;
import org.stoker.protocol.message.DeleteRecordsRequest.DeleteRecordsTopic;
import org.stoker.protocol.message.DeleteRecordsResponse;
import org.stoker.protocol.message.DeleteRecordsResponse.DeleteRecordsPartitionResult;
import org.stoker.protocol.message.DeleteRecordsResponse.DeleteRecordsTopicResult;
import org.stoker.replication.Partition;

/** DeleteRecords: partitions begin later from now on. */
final class DeleteRecordsHandler implements Handler {
  private static final long NO_LOW_WATERMARK = -1;

  private final PartitionLookup lookup;

  DeleteRecordsHandler(PartitionLookup lookup) {
    this.lookup = lookup;
  }

  @Override
  public void handle(Request request) {
    DeleteRecordsRequest body = (DeleteRecordsRequest) request.body();
    List<DeleteRecordsTopicResult> topics = new ArrayList<>();
    List<Runnable> deletions = new ArrayList<>();
    AtomicInteger unfinished = new AtomicInteger(1);
    Runnable oneLess =
        () -> {
          if (unfinished.decrementAndGet() == 0) {
            request.respond(new DeleteRecordsResponse().setTopics(topics));
          }
        };
    for (DeleteRecordsTopic topic : body.topics()) {
      List<DeleteRecordsPartitionResult> results = new ArrayList<>();
      for (DeleteRecordsPartition asked : topic.partitions()) {
        DeleteRecordsPartitionResult result =
            new DeleteRecordsPartitionResult()
                .setPartitionIndex(asked.partitionIndex())
                .setLowWatermark(NO_LOW_WATERMARK);
        results.add(result);
        Partition partition = lookup.find(Uuid.ZERO, topic.name(), asked.partitionIndex());
        if (ClusterView.isInternal(topic.name())) {
          result.setErrorCode(ErrorCode.INVALID_TOPIC_EXCEPTION.code());
        } else if (partition == null) {
          ErrorCode error = lookup.errorOf(Uuid.ZERO, topic.name(), asked.partitionIndex());
          result.setErrorCode(error.code());
        } else {
          deletions.add(() -> delete(partition, asked.offset(), result, oneLess));
        }
      }
      topics.add(new DeleteRecordsTopicResult().setName(topic.name()).setPartitions(results));
    }
    unfinished.addAndGet(deletions.size());
    deletions.forEach(Runnable::run);
    oneLess.run();
  }

  private static void delete(
      Partition partition, long offset, DeleteRecordsPartitionResult result, Runnable onEnd) {
    partition.deleteRecords(
        offset,
        reply -> {
          result.setErrorCode(reply.error().code()).setLowWatermark(reply.logStartOffset());
          onEnd.run();
        });
  }
}
