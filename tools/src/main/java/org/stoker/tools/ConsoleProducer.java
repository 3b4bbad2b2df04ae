package org.stoker.tools;

import java.util.Iterator;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.tools.api.RecordReader;
import org.jspecify.annotations.Nullable;

/** {@code kafka-console-producer.sh}: standard input, line by line, to a topic. */
final class ConsoleProducer implements Tool {
  @Override
  public int run(String[] args, Terminal terminal) throws Exception {
    ConsoleProducerOptions options = ConsoleProducerOptions.parse(args, terminal);
    RecordReader reader = reader(options.lineReader(), terminal);
    reader.configure(options.readerProperties());
    var producer = new KafkaProducer<byte[], byte[]>(options.producerProperties());
    // Closing sends what is still buffered, also when a person ends the input with Ctrl-C.
    try (producer;
        reader;
        var _ = AtExit.run("producer-shutdown-hook", producer::close)) {
      Iterator<ProducerRecord<byte[], byte[]>> records = reader.readRecords(terminal.in());
      while (records.hasNext()) {
        send(producer, records.next(), options.sync(), terminal);
      }
    }
    return 0;
  }

  private static RecordReader reader(String className, Terminal terminal)
      throws ReflectiveOperationException {
    if (className.equals(LineReader.KAFKA_NAME)) {
      return new LineReader(terminal.interactive() ? terminal.out() : null);
    }
    Object reader = Class.forName(className).getDeclaredConstructor().newInstance();
    if (reader instanceof RecordReader recordReader) {
      return recordReader;
    }
    throw new ToolFailure(
        "The reader must implement " + RecordReader.class.getName() + " interface");
  }

  private static void send(
      Producer<byte[], byte[]> producer,
      ProducerRecord<byte[], byte[]> record,
      boolean sync,
      Terminal terminal)
      throws ExecutionException, InterruptedException {
    if (sync) {
      producer.send(record).get();
      return;
    }
    var _ =
        producer.send(
            record,
            (_, failure) -> {
              if (failure != null) {
                terminal
                    .err()
                    .printf(
                        "Error when sending message to topic %s with key: %s, value: %s with error:"
                            + " %s%n",
                        record.topic(),
                        size(record.key()),
                        size(record.value()),
                        Failures.sentence(failure));
              }
            });
  }

  private static String size(byte @Nullable [] bytes) {
    return bytes == null ? "null" : bytes.length + " bytes";
  }
}
