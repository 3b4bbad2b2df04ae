package org.stoker.tools;

import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import org.stoker.base.Clock;
import org.stoker.tools.PerfArguments.Refused;
import org.stoker.tools.ProducerPerfOptions.Payload;

/** {@code kafka-producer-perf-test.sh}: how many records go in, and how long each waits. */
final class ProducerPerfTest implements Tool {
  private final Clock clock;

  ProducerPerfTest(Clock clock) {
    this.clock = clock;
  }

  @Override
  public int run(String[] args, Terminal terminal) throws Exception {
    if (args.length == 0) {
      terminal.out().print(PerfArguments.usage());
      return 0;
    }
    ProducerPerfOptions options;
    try {
      PerfArguments arguments = PerfArguments.parse(args);
      if (arguments.wantsHelp()) {
        terminal.out().print(PerfArguments.usage());
        return 1;
      }
      options = ProducerPerfOptions.of(arguments, terminal);
    } catch (Refused e) {
      terminal.err().print(PerfArguments.usage());
      terminal.err().println(PerfArguments.errorPrefix() + e.getMessage());
      return 1;
    }
    try (var producer = new KafkaProducer<byte[], byte[]>(options.producer())) {
      send(producer, options, terminal);
    }
    return 0;
  }

  private void send(
      KafkaProducer<byte[], byte[]> producer, ProducerPerfOptions options, Terminal terminal) {
    if (options.transactionDurationMs().isPresent()) {
      producer.initTransactions();
    }
    long warmup = options.reporting().warmupRecords();
    if (warmup > 0) {
      terminal
          .out()
          .printf(
              "Warmup first %d records. Steady state results will print after the complete test"
                  + " summary.%n",
              warmup);
    }
    var values = new Values(options.payload());
    var transaction = new Transaction(producer, options);
    SendStatistics whole = statistics(options, terminal, options.recordCount(), false);
    SendStatistics steady = null;
    var pace = new Pace(options.throughput(), clock);
    for (long i = 0; i < options.recordCount(); i++) {
      byte[] value = values.next(i);
      transaction.beforeSend(clock.monotonicMs());
      if (warmup > 0 && i == warmup) {
        steady = statistics(options, terminal, options.recordCount() - warmup, true);
        whole.beQuiet();
      }
      long sentMs = clock.monotonicMs();
      var _ =
          producer.send(
              new ProducerRecord<>(options.topic(), value),
              answer(sentMs, value.length, whole, steady, terminal));
      transaction.afterSend(sentMs);
      pace.await(i + 1);
    }
    transaction.end();

    if (options.reporting().metrics()) {
      producer.flush();
    } else {
      producer.close();
    }
    whole.printWhole(clock.monotonicMs());
    if (steady != null) {
      steady.printWhole(clock.monotonicMs());
    }
    if (options.reporting().metrics()) {
      ClientMetrics.print(producer.metrics(), terminal.out());
    }
  }

  private SendStatistics statistics(
      ProducerPerfOptions options, Terminal terminal, long recordCount, boolean steady) {
    return new SendStatistics(
        terminal.out(), recordCount, options.reporting().intervalMs(), steady, clock.monotonicMs());
  }

  private Callback answer(
      long sentMs,
      int bytes,
      SendStatistics whole,
      @Nullable SendStatistics steady,
      Terminal terminal) {
    return (_, failure) -> {
      if (failure != null) {
        terminal.err().println(Failures.sentence(failure));
        return;
      }
      long nowMs = clock.monotonicMs();
      int latencyMs = (int) (nowMs - sentMs);
      whole.add(latencyMs, bytes, nowMs);
      if (steady != null) {
        steady.add(latencyMs, bytes, nowMs);
      }
    };
  }

  /** The records' values, one after the other; the producer has copied one when send returns. */
  private static final class Values {
    private final Payload payload;
    private final byte[] reused;
    // The same bytes in every run, so that runs compare.
    private final SplittableRandom random = new SplittableRandom(0);

    Values(Payload payload) {
      this.payload = payload;
      this.reused = payload instanceof Payload.RandomBytes(int size) ? new byte[size] : new byte[0];
    }

    byte[] next(long number) {
      return switch (payload) {
        case Payload.RandomBytes _ -> {
          for (int i = 0; i < reused.length; i++) {
            reused[i] = (byte) ('A' + random.nextInt(26));
          }
          yield reused;
        }
        case Payload.Picked(var values) -> values.get(random.nextInt(values.size()));
        case Payload.Counting _ -> Long.toString(number).getBytes(StandardCharsets.UTF_8);
      };
    }
  }

  /** Begins and commits as time passes; does nothing without transactions. */
  private static final class Transaction {
    private final KafkaProducer<byte[], byte[]> producer;
    private final boolean wanted;
    private final long durationMs;
    private boolean open;
    private long begunMs;

    Transaction(KafkaProducer<byte[], byte[]> producer, ProducerPerfOptions options) {
      this.producer = producer;
      this.wanted = options.transactionDurationMs().isPresent();
      this.durationMs = options.transactionDurationMs().orElse(0L);
    }

    void beforeSend(long nowMs) {
      if (wanted && !open) {
        producer.beginTransaction();
        open = true;
        begunMs = nowMs;
      }
    }

    void afterSend(long nowMs) {
      if (open && nowMs - begunMs >= durationMs) {
        end();
      }
    }

    void end() {
      if (open) {
        producer.commitTransaction();
        open = false;
      }
    }
  }
}
