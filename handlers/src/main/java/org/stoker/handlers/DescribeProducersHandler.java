package org.stoker.handlers;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.stoker.base.Uuid;
import org.stoker.log.ActiveProducer;
import org.stoker.metadata.TopicNames;
import org.stoker.network.RequestContext;
import org.stoker.protocol.ErrorCode;
import org.stoker.protocol.message.DescribeProducersRequest;
import org.stoker.protocol.message.DescribeProducersRequest.TopicRequest;
import org.stoker.protocol.message.DescribeProducersResponse;
import org.stoker.protocol.message.DescribeProducersResponse.PartitionResponse;
import org.stoker.protocol.message.DescribeProducersResponse.ProducerState;
import org.stoker.protocol.message.DescribeProducersResponse.TopicResponse;
import org.stoker.replication.Partition;

/** DescribeProducers: who writes to a partition, and which transactions are open (KIP-664). */
final class DescribeProducersHandler implements Handler<DescribeProducersRequest> {
  private static final long BYTES_OF_PRODUCER = 200;

  private final PartitionLookup lookup;

  DescribeProducersHandler(PartitionLookup lookup) {
    this.lookup = lookup;
  }

  @Override
  public void handle(DescribeProducersRequest body, RequestContext context) {
    List<TopicResponse> topics = new ArrayList<>();
    List<CompletableFuture<Void>> parts = new ArrayList<>();
    for (TopicRequest topic : body.topics()) {
      List<PartitionResponse> partitions = new ArrayList<>();
      for (int index : topic.partitionIndexes()) {
        PartitionResponse response = new PartitionResponse().setPartitionIndex(index);
        partitions.add(response);
        parts.add(describe(topic.name(), index, response, context));
      }
      topics.add(new TopicResponse().setName(topic.name()).setPartitions(partitions));
    }
    Answers.when(
        CompletableFuture.allOf(parts.toArray(CompletableFuture<?>[]::new)),
        context,
        _ -> new DescribeProducersResponse().setTopics(topics));
  }

  private CompletableFuture<Void> describe(
      String topic, int index, PartitionResponse response, RequestContext context) {
    String problem = TopicNames.problemWith(topic);
    if (problem != null) {
      response.setErrorCode(ErrorCode.INVALID_TOPIC_EXCEPTION.code()).setErrorMessage(problem);
      return CompletableFuture.completedFuture(null);
    }
    Partition partition = lookup.find(Uuid.ZERO, topic, index);
    if (partition == null) {
      ErrorCode error = lookup.errorOf(Uuid.ZERO, topic, index);
      response.setErrorCode(error.code()).setErrorMessage(error.message());
      return CompletableFuture.completedFuture(null);
    }
    CompletableFuture<Void> done = new CompletableFuture<>();
    partition.describeProducers(
        count -> context.tryClaim(BYTES_OF_PRODUCER * count),
        reply -> {
          response
              .setErrorCode(reply.error().code())
              .setActiveProducers(
                  reply.producers().stream().map(DescribeProducersHandler::state).toList());
          done.complete(null);
        });
    return done;
  }

  private static ProducerState state(ActiveProducer producer) {
    return new ProducerState()
        .setProducerId(producer.producerId())
        .setProducerEpoch(producer.producerEpoch())
        .setLastSequence(producer.lastSequence())
        .setLastTimestamp(producer.lastTimestamp())
        .setCoordinatorEpoch(producer.coordinatorEpoch())
        .setCurrentTxnStartOffset(producer.transactionStartOffset());
  }
}
