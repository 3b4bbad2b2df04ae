package org.stoker.simulation;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.stoker.base.ConfinedTo;
import org.stoker.protocol.ErrorCode;
import org.stoker.protocol.Message;
import org.stoker.protocol.message.MetadataResponse.MetadataResponsePartition;
import org.stoker.protocol.message.MetadataResponse.MetadataResponseTopic;
import org.stoker.protocol.message.ProduceRequest;
import org.stoker.protocol.message.ProduceResponse;
import org.stoker.protocol.message.ProduceResponse.PartitionProduceResponse;

/**
 * A producer without sequences that waits for the leader alone, or for nobody: it sends everything
 * once, so that nothing can come twice.
 */
@ConfinedTo(ConfinedTo.ONE_THREAD)
final class PlainProducer {
  private static final int LONGEST_PAUSE_MS = 80;
  private static final int REFRESH_MS = 400;
  private static final short LEADER = 1;
  private static final short NOBODY = 0;
  private static final int MOST_VALUES = 3;

  private final Client client;
  private final List<String> topics;
  private final boolean asks;
  private final BatchMaker maker;
  private boolean isStopped;

  /**
   * @param asks whether it waits for the leader's answer (acks=1), or for none (acks=0)
   */
  PlainProducer(Client client, List<String> topics, boolean asks) {
    this.client = client;
    this.topics = topics;
    this.asks = asks;
    this.maker = new BatchMaker(client);
  }

  void start() {
    refresh();
    tick();
  }

  void stop() {
    isStopped = true;
  }

  /** Who is told nothing must look by itself. */
  private void refresh() {
    if (!isStopped) {
      client.refresh(topics, () -> client.later(REFRESH_MS, this::refresh));
    }
  }

  private void tick() {
    if (isStopped) {
      return;
    }
    String topic = topics.get(client.seed().nextInt(topics.size()));
    MetadataResponseTopic known = client.topic(topic);
    if (known != null && !known.partitions().isEmpty()) {
      int index = client.seed().nextInt(known.partitions().size());
      MetadataResponsePartition leader = client.leaderOf(topic, index);
      if (leader != null) {
        send(new History.Partition(known.topicId(), index), leader);
      }
    }
    client.later(LONGEST_PAUSE_MS, this::tick);
  }

  private void send(History.Partition partition, MetadataResponsePartition leader) {
    List<String> values = maker.values(1 + client.seed().nextInt(MOST_VALUES));
    ProduceRequest request =
        BatchMaker.request(partition, asks ? LEADER : NOBODY, maker.build(maker.builder(), values));
    History history = client.history();
    history.sent(partition, values);
    if (asks) {
      client.ask(leader.leaderId(), request, answer -> answered(partition, values, answer));
    } else {
      client.tell(leader.leaderId(), request);
    }
    history
        .plain()
        .sent(partition, values, client.connectionTo(leader.leaderId()), leader.leaderEpoch());
  }

  private void answered(
      History.Partition partition, List<String> values, @Nullable Message answer) {
    if (!(answer instanceof ProduceResponse response)) {
      return;
    }
    PartitionProduceResponse reply =
        response.responses().getFirst().partitionResponses().getFirst();
    if (ErrorCode.forCode(reply.errorCode()) == ErrorCode.NONE) {
      client.counters().add(Counters.ACKNOWLEDGED_BY_LEADER, values.size());
      client.history().plain().acknowledged(partition, values, reply.baseOffset());
    }
  }
}
