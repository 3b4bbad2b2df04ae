package org.stoker.tools;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.MessageFormatter;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Prints records like {@link DefaultFormatter}, and logs them too. */
final class LoggingFormatter implements MessageFormatter {
  private static final Logger LOG = LoggerFactory.getLogger(LoggingFormatter.class);

  private final DefaultFormatter printed = new DefaultFormatter();

  @Override
  public void configure(Map<String, ?> settings) {
    printed.configure(settings);
  }

  @Override
  public void writeTo(ConsumerRecord<byte[], byte[]> record, PrintStream out) {
    printed.writeTo(record, out);
    if (LOG.isInfoEnabled()) {
      String timestamp =
          record.timestampType() == TimestampType.NO_TIMESTAMP_TYPE
              ? ""
              : record.timestampType() + ":" + record.timestamp() + ", ";
      LOG.info("{}key:{}, value:{}", timestamp, text(record.key()), text(record.value()));
    }
  }

  private static String text(byte @Nullable [] bytes) {
    return bytes == null ? "null" : new String(bytes, StandardCharsets.UTF_8);
  }
}
