package org.stoker.benchmarks.load;

import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicReference;
import org.HdrHistogram.Histogram;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.stoker.base.Clock;
import org.stoker.base.ConfinedTo;

/** One producer on one connection: sends numbered records and remembers how long each waited. */
@ConfinedTo("the thread that sends; the histogram to the producer's own thread until flush")
final class Sender implements AutoCloseable {
  /** Which partition a record goes to. */
  enum Spread {
    /** As the client's own partitioner likes. */
    BY_CLIENT,
    /** To all in turn, as records with many keys would. */
    IN_TURN,
    /** All of a producer to one. */
    OWN
  }

  /** How many records, or how long, whichever ends first. */
  record Length(int records, long ns) {
    static Length records(int records) {
      return new Length(records, Long.MAX_VALUE);
    }

    static Length of(JobArguments arguments, String prefix) {
      long ms = arguments.integer(prefix + "Ms", Integer.MAX_VALUE);
      return new Length(arguments.integer(prefix + "Records", Integer.MAX_VALUE), ms * 1_000_000);
    }
  }

  private final Clock clock;
  private final KafkaProducer<byte[], byte[]> producer;
  private final Topic topic;
  private final int number;
  private final Spread spread;
  private final Filler filler;
  private final byte[] value;
  private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
  private Histogram latencies = Latencies.histogram();
  private int sent;

  Sender(Clock clock, Properties properties, Topic topic, int number, int size, Spread spread) {
    this.clock = clock;
    this.producer =
        new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
    this.topic = topic;
    this.number = number;
    this.spread = spread;
    this.filler = new Filler(number);
    this.value = new byte[size];
  }

  /** Sends as fast as the client lets it, and returns when everything is acknowledged. */
  void stream(Length length) throws Exception {
    long startNs = clock.monotonicNs();
    for (int i = 0; i < length.records(); i++) {
      long nowNs = clock.monotonicNs();
      if (nowNs - startNs >= length.ns() || failure.get() != null) {
        break;
      }
      var _ = producer.send(next(nowNs), answer(nowNs));
    }
    producer.flush();
    throwFailure();
  }

  /** Sends each record when the one before was acknowledged. */
  void oneAtATime(Length length) throws Exception {
    long startNs = clock.monotonicNs();
    for (int i = 0; i < length.records(); i++) {
      long nowNs = clock.monotonicNs();
      if (nowNs - startNs >= length.ns()) {
        break;
      }
      producer.send(next(nowNs), answer(nowNs)).get();
    }
    throwFailure();
  }

  /** Sends one record that is due at a moment; its latency counts from there. */
  void sendDueAt(long dueNs) throws Exception {
    var _ = producer.send(next(dueNs), answer(dueNs));
    throwFailure();
  }

  void flush() throws Exception {
    producer.flush();
    throwFailure();
  }

  /** Forgets the latencies so far; to be called when nothing is under way. */
  void beginMeasuring() {
    latencies = Latencies.histogram();
  }

  Histogram latencies() {
    return latencies;
  }

  int sent() {
    return sent;
  }

  @Override
  public void close() {
    producer.close(Duration.ofSeconds(5));
  }

  private ProducerRecord<byte[], byte[]> next(long dueNs) {
    filler.fill(value);
    NumberedRecord.seal(value, number, sent, dueNs);
    Integer partition = partition();
    sent++;
    return new ProducerRecord<>(topic.name(), partition, null, value);
  }

  private @Nullable Integer partition() {
    return switch (spread) {
      case BY_CLIENT -> null;
      // Producers begin at different partitions, so that they do not march through them in step.
      case IN_TURN -> Math.floorMod(sent + number * 61, topic.partitionCount());
      case OWN -> Math.floorMod(number, topic.partitionCount());
    };
  }

  private Callback answer(long sentNs) {
    Histogram into = latencies;
    return (_, exception) -> {
      if (exception != null) {
        failure.compareAndSet(null, exception);
      } else {
        Latencies.record(into, clock.monotonicNs() - sentNs);
      }
    };
  }

  private void throwFailure() throws JobFailed {
    Exception seen = failure.get();
    if (seen != null) {
      throw new JobFailed("a record was not acknowledged: " + seen);
    }
  }
}
