package org.stoker.tools;

import java.io.BufferedOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.stoker.base.Clock;

/** {@code kafka-console-consumer.sh}: the records of topics, to standard output. */
final class ConsoleConsumer implements Tool {
  private static final int OUTPUT_BUFFER_BYTES = 64 * 1024;

  private final Clock clock;

  ConsoleConsumer(Clock clock) {
    this.clock = clock;
  }

  @Override
  public int run(String[] args, Terminal terminal) throws Exception {
    ConsoleConsumerOptions options = ConsoleConsumerOptions.parse(args, terminal);
    var consumer =
        new KafkaConsumer<>(
            options.consumerProperties(), new ByteArrayDeserializer(), new ByteArrayDeserializer());
    var finished = new CountDownLatch(1);
    try (var _ =
        AtExit.run(
            "consumer-shutdown-hook",
            () -> {
              consumer.wakeup();
              waitFor(finished);
            })) {
      var session = new Session(options, consumer, terminal);
      try {
        session.consume();
      } finally {
        session.close();
        terminal.err().println("Processed a total of " + session.count + " messages");
      }
      if (options.systemTestEvents()) {
        terminal.out().println("shutdown_complete");
      }
      return 0;
    } finally {
      finished.countDown();
    }
  }

  private static void waitFor(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      // Only this hook's own thread waits here, and nobody interrupts it.
      throw new IllegalStateException(e);
    }
  }

  /** One run, from the first poll to the last record printed. */
  private final class Session {
    private final ConsoleConsumerOptions options;
    private final Consumer<byte[], byte[]> consumer;
    private final Terminal terminal;
    private final PrintStream out;
    private Iterator<ConsumerRecord<byte[], byte[]>> polled = Collections.emptyIterator();
    private long count;

    Session(ConsoleConsumerOptions options, Consumer<byte[], byte[]> consumer, Terminal terminal) {
      this.options = options;
      this.consumer = consumer;
      this.terminal = terminal;
      // Buffered, and flushed once for all the records of a poll: a flush for each is slow.
      this.out =
          new PrintStream(
              new BufferedOutputStream(terminal.out(), OUTPUT_BUFFER_BYTES),
              false,
              StandardCharsets.UTF_8);
    }

    void consume() {
      start();
      while (count < options.maxMessages()) {
        ConsumerRecord<byte[], byte[]> record;
        try {
          record = receive();
        } catch (WakeupException e) {
          return;
        } catch (TimeoutException e) {
          terminal.err().println("No record for " + options.timeoutMs() + " ms: ending.");
          return;
        } catch (RuntimeException e) {
          terminal.err().println("Error processing message, terminating: " + Failures.sentence(e));
          return;
        }
        count++;
        print(record);
        if (!polled.hasNext() && out.checkError()) {
          terminal.err().println("Unable to write to standard out, closing consumer.");
          return;
        }
      }
    }

    private void start() {
      if (options.topic().isEmpty()) {
        consumer.subscribe(Pattern.compile(options.include().orElseThrow()));
      } else if (options.partition().isEmpty()) {
        consumer.subscribe(List.of(options.topic().get()));
      } else {
        var partition =
            new TopicPartition(options.topic().get(), options.partition().orElseThrow());
        consumer.assign(List.of(partition));
        if (options.offset() == ConsoleConsumerOptions.EARLIEST) {
          consumer.seekToBeginning(List.of(partition));
        } else if (options.offset() == ConsoleConsumerOptions.LATEST) {
          consumer.seekToEnd(List.of(partition));
        } else {
          consumer.seek(partition, options.offset());
        }
      }
    }

    private ConsumerRecord<byte[], byte[]> receive() {
      if (!polled.hasNext()) {
        out.flush();
      }
      long startedMs = clock.monotonicMs();
      while (!polled.hasNext()) {
        polled = consumer.poll(Duration.ofMillis(options.timeoutMs())).iterator();
        if (!polled.hasNext() && clock.monotonicMs() - startedMs > options.timeoutMs()) {
          throw new TimeoutException();
        }
      }
      return polled.next();
    }

    private void print(ConsumerRecord<byte[], byte[]> record) {
      try {
        options.formatter().writeTo(asKafkaShowsIt(record), out);
      } catch (RuntimeException e) {
        if (!options.skipMessageOnError()) {
          throw e;
        }
        terminal
            .err()
            .println("Error processing message, skipping this message: " + Failures.sentence(e));
      }
    }

    /**
     * Kafka's console consumer hides the leader epoch from formatters; so their output is equal.
     */
    private static ConsumerRecord<byte[], byte[]> asKafkaShowsIt(
        ConsumerRecord<byte[], byte[]> record) {
      return new ConsumerRecord<>(
          record.topic(),
          record.partition(),
          record.offset(),
          record.timestamp(),
          record.timestampType(),
          0,
          0,
          record.key(),
          record.value(),
          record.headers(),
          Optional.empty());
    }

    /** Records that were fetched but not printed are the group's next ones. */
    void close() {
      var firstUnprinted = new HashMap<TopicPartition, Long>();
      while (polled.hasNext()) {
        ConsumerRecord<byte[], byte[]> record = polled.next();
        firstUnprinted.putIfAbsent(
            new TopicPartition(record.topic(), record.partition()), record.offset());
      }
      firstUnprinted.forEach(consumer::seek);
      consumer.close();
      options.formatter().close();
      out.flush();
    }
  }
}
