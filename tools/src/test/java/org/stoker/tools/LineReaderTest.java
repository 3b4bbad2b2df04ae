package org.stoker.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.junit.jupiter.api.Test;

final class LineReaderTest {
  private static Iterator<ProducerRecord<byte[], byte[]>> read(
      String lines, Map<String, String> settings) {
    var reader = new LineReader(null);
    var all = new HashMap<String, Object>(settings);
    all.put("topic", "t");
    reader.configure(all);
    return reader.readRecords(new ByteArrayInputStream(lines.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void aLineIsAValue() {
    Iterator<ProducerRecord<byte[], byte[]>> records = read("a\tb\n\n", Map.of());

    assertThat(records.next().value()).asString(StandardCharsets.UTF_8).isEqualTo("a\tb");
    assertThat(records.next().value()).isEmpty();
    assertThat(records.hasNext()).isFalse();
    assertThatThrownBy(records::next).isInstanceOf(NoSuchElementException.class);
  }

  @Test
  void headersComeBeforeTheKey() {
    ProducerRecord<byte[], byte[]> record =
        read("h1:x,h2:\tkey\tvalue\n", Map.of("parse.key", "TRUE ", "parse.headers", "true"))
            .next();

    assertThat(record.headers().lastHeader("h1").value()).containsExactly('x');
    assertThat(record.headers().lastHeader("h2").value()).isEmpty();
    assertThat(record.key()).asString(StandardCharsets.UTF_8).isEqualTo("key");
    assertThat(record.value()).asString(StandardCharsets.UTF_8).isEqualTo("value");
  }

  @Test
  void theMarkerStandsForNull() {
    ProducerRecord<byte[], byte[]> record =
        read("N\tN\n", Map.of("parse.key", "true", "null.marker", "N")).next();

    assertThat(record.key()).isNull();
    assertThat(record.value()).isNull();
  }

  @Test
  void aLineWithoutItsSeparatorIsRefusedUnlessErrorsAreIgnored() {
    assertThatThrownBy(
            () -> read("a\tb\nno\n", Map.of("parse.key", "true")).forEachRemaining(r -> {}))
        .isInstanceOf(KafkaException.class)
        .hasMessage("No key separator found on line number 2: 'no'");

    ProducerRecord<byte[], byte[]> record =
        read("no\n", Map.of("parse.key", "true", "ignore.error", "true")).next();
    assertThat(record.key()).isNull();
    assertThat(record.value()).asString(StandardCharsets.UTF_8).isEqualTo("no");
  }

  @Test
  void separatorsMustDiffer() {
    assertThatThrownBy(() -> read("", Map.of("headers.separator", "\t")))
        .hasMessage("headers.delimiter and headers.separator may not be equal");
  }
}
