package org.stoker.simulation;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.stoker.base.ConfinedTo;
import org.stoker.base.Uuid;
import org.stoker.protocol.ErrorCode;
import org.stoker.protocol.Message;
import org.stoker.protocol.message.InitProducerIdRequest;
import org.stoker.protocol.message.InitProducerIdResponse;
import org.stoker.protocol.message.MetadataResponse.MetadataResponsePartition;
import org.stoker.protocol.message.MetadataResponse.MetadataResponseTopic;
import org.stoker.protocol.message.ProduceResponse;
import org.stoker.protocol.message.ProduceResponse.PartitionProduceResponse;

/**
 * An idempotent producer: several batches of a partition in flight, sent again in order until they
 * are acknowledged by all in-sync replicas.
 */
@ConfinedTo(ConfinedTo.ONE_THREAD)
final class Producer {
  private static final int MOST_IN_FLIGHT = 4;
  private static final Pattern LAST_SEQUENCE = Pattern.compile("its last one is (-?\\d+)");
  private static final int MOST_PENDING = 12;
  private static final int LONGEST_PAUSE_MS = 40;
  private static final short ALL = -1;

  private final Client client;
  private final List<String> topics;
  private final Map<String, Lane> lanes = new TreeMap<>();
  private final BatchMaker maker;
  private long producerId = -1;
  private short producerEpoch;
  private boolean isStopped;

  /** One partition's batches, the oldest first. */
  private static final class Lane {
    final String topic;
    final Uuid topicId;
    final int index;
    final ArrayDeque<Batch> pending = new ArrayDeque<>();
    int nextSequence;
    int batchesMade;
    int inFlight;
    boolean mustStartAgain;

    Lane(String topic, Uuid topicId, int index) {
      this.topic = topic;
      this.topicId = topicId;
      this.index = index;
    }
  }

  private static final class Batch {
    final List<String> values;
    final ByteBuffer bytes;
    final int number;
    final int lastSequence;
    boolean isInFlight;
    boolean isAlone;

    Batch(List<String> values, ByteBuffer bytes, int number, int lastSequence) {
      this.lastSequence = lastSequence;
      this.values = values;
      this.bytes = bytes;
      this.number = number;
    }
  }

  Producer(Client client, List<String> topics) {
    this.client = client;
    this.topics = topics;
    this.maker = new BatchMaker(client);
  }

  void start() {
    client.ask(
        client.anyBroker(),
        new InitProducerIdRequest().setTransactionalId(null).setTransactionTimeoutMs(60_000),
        answer -> {
          if (answer instanceof InitProducerIdResponse response && response.errorCode() == 0) {
            producerId = response.producerId();
            producerEpoch = response.producerEpoch();
            client.refresh(topics, this::tick);
          } else {
            client.later(200, this::start);
          }
        });
  }

  /** Makes nothing new; what is pending is sent until it is acknowledged. */
  void stop() {
    isStopped = true;
  }

  boolean isDone() {
    return lanes.values().stream().allMatch(lane -> lane.pending.isEmpty());
  }

  String described() {
    var text = new StringBuilder(client.name());
    lanes.forEach((name, lane) ->
        text.append(
            " %s: %d pending, %d in flight".formatted(name, lane.pending.size(), lane.inFlight)));
    return text.toString();
  }

  private void tick() {
    if (isStopped) {
      return;
    }
    String topic = topics.get(client.seed().nextInt(topics.size()));
    MetadataResponseTopic known = client.topic(topic);
    int pending = lanes.values().stream().mapToInt(lane -> lane.pending.size()).sum();
    if (known == null || known.partitions().isEmpty()) {
      client.refresh(topics, () -> {});
    } else if (pending < MOST_PENDING) {
      int index = client.seed().nextInt(known.partitions().size());
      Lane lane =
          lanes.computeIfAbsent(topic + "-" + index, _ -> new Lane(topic, known.topicId(), index));
      lane.pending.add(make(lane));
      send(lane);
    }
    client.later(LONGEST_PAUSE_MS, this::tick);
  }

  private Batch make(Lane lane) {
    int count = 1 + client.seed().nextInt(4);
    List<String> values = maker.values(count);
    ByteBuffer batch =
        maker.build(maker.builder().producer(producerId, producerEpoch, lane.nextSequence), values);
    client.history().sent(new History.Partition(lane.topicId, lane.index), values);
    lane.nextSequence += count;
    return new Batch(values, batch, lane.batchesMade++, lane.nextSequence - 1);
  }

  private void send(Lane lane) {
    MetadataResponsePartition leader = client.leaderOf(lane.topic, lane.index);
    if (lane.mustStartAgain) {
      return;
    }
    if (leader == null) {
      startAgain(lane);
      return;
    }
    Batch oldest = lane.pending.peek();
    for (Batch batch : lane.pending) {
      // A broker knows a duplicate among the last five: those behind the oldest count, answered or
      // not.
      if (oldest == null || batch.number - oldest.number >= MOST_IN_FLIGHT) {
        return;
      }
      if (!batch.isInFlight) {
        send(lane, batch, leader.leaderId());
      }
    }
  }

  private void send(Lane lane, Batch batch, int broker) {
    batch.isInFlight = true;
    batch.isAlone = lane.inFlight == 0 && lane.pending.peek() == batch;
    lane.inFlight++;
    client.ask(
        broker,
        BatchMaker.request(
            new History.Partition(lane.topicId, lane.index), ALL, batch.bytes.duplicate()),
        answer -> answered(lane, batch, answer));
  }

  private void answered(Lane lane, Batch batch, @Nullable Message answer) {
    lane.inFlight--;
    batch.isInFlight = false;
    PartitionProduceResponse reply =
        answer instanceof ProduceResponse response
            ? response.responses().getFirst().partitionResponses().getFirst()
            : null;
    ErrorCode error = reply == null ? null : ErrorCode.forCode(reply.errorCode());
    if (reply != null && error == ErrorCode.NONE) {
      lane.pending.remove(batch);
      if (maker.compresses()) {
        client.counters().count(Counters.COMPRESSED);
      }
      client
          .history()
          .acknowledged(
              new History.Partition(lane.topicId, lane.index), reply.baseOffset(), batch.values);
    } else if (error == ErrorCode.DUPLICATE_SEQUENCE_NUMBER
        || (reply != null
            && error == ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER
            && isBehind(batch, String.valueOf(reply.errorMessage())))) {
      lane.pending.remove(batch);
      client
          .history()
          .acknowledgedSomewhere(new History.Partition(lane.topicId, lane.index), batch.values);
    } else {
      if (error == ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER && batch.isAlone) {
        client
            .history()
            .violation(
                "%s: what came before %s was acknowledged, and %s-%d does not have it: %s"
                    .formatted(
                        client.name(),
                        batch.values,
                        lane.topic,
                        lane.index,
                        reply == null ? "" : reply.errorMessage()));
      }
      client.counters().count("produce answered with " + (error == null ? "nothing" : error));
      lane.mustStartAgain = true;
    }
    if (lane.mustStartAgain) {
      if (lane.inFlight == 0) {
        startAgain(lane);
      }
    } else {
      send(lane);
    }
  }

  /**
   * Whether the broker has later batches of this producer. Then it has this one, and does not know
   * it for a duplicate: Kafka's snapshot of producers keeps the last batch alone, so a retry of an
   * older one is taken for a gap after a leader has started again.
   */
  private static boolean isBehind(Batch batch, String message) {
    Matcher last = LAST_SEQUENCE.matcher(message);
    return last.find() && Integer.parseInt(last.group(1)) >= batch.lastSequence;
  }

  private void startAgain(Lane lane) {
    lane.mustStartAgain = true;
    client.after(
        20 + client.seed().nextInt(100),
        () ->
            client.refresh(
                topics,
                () -> {
                  lane.mustStartAgain = false;
                  send(lane);
                }));
  }
}
