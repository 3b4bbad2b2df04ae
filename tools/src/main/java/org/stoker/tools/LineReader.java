package org.stoker.tools;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.regex.Pattern;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.tools.api.RecordReader;
import org.jspecify.annotations.Nullable;

/** Makes one record of each line: optionally headers, then optionally a key, then the value. */
final class LineReader implements RecordReader {
  /** How {@code --line-reader} names this reader. */
  static final String KAFKA_NAME = "org.apache.kafka.tools.LineMessageReader";

  private final @Nullable PrintStream prompt;

  private String topic = "";
  private boolean parseKey;
  private boolean parseHeaders;
  private boolean ignoreError;
  private String keySeparator = "\t";
  private String headersDelimiter = "\t";
  private String headersSeparator = ",";
  private String headersKeySeparator = ":";
  private @Nullable String nullMarker;
  private Pattern headersSplitter = Pattern.compile(",");

  /** A prompt goes to {@code prompt} before each line, when there is one. */
  LineReader(@Nullable PrintStream prompt) {
    this.prompt = prompt;
  }

  @Override
  public void configure(Map<String, ?> settings) {
    topic = text(settings, "topic", topic);
    parseKey = isTrue(settings, "parse.key");
    parseHeaders = isTrue(settings, "parse.headers");
    ignoreError = isTrue(settings, "ignore.error");
    keySeparator = text(settings, "key.separator", keySeparator);
    headersDelimiter = text(settings, "headers.delimiter", headersDelimiter);
    headersSeparator = text(settings, "headers.separator", headersSeparator);
    headersKeySeparator = text(settings, "headers.key.separator", headersKeySeparator);
    headersSplitter = Pattern.compile(headersSeparator);
    Object marker = settings.get("null.marker");
    nullMarker = marker == null ? null : marker.toString();

    refuseEqual("headers.delimiter", headersDelimiter, "headers.separator", headersSeparator);
    refuseEqual(
        "headers.delimiter", headersDelimiter, "headers.key.separator", headersKeySeparator);
    refuseEqual(
        "headers.separator", headersSeparator, "headers.key.separator", headersKeySeparator);
    refuseEqual("null.marker", nullMarker, "key.separator", keySeparator);
    refuseEqual("null.marker", nullMarker, "headers.separator", headersSeparator);
    refuseEqual("null.marker", nullMarker, "headers.delimiter", headersDelimiter);
    refuseEqual("null.marker", nullMarker, "headers.key.separator", headersKeySeparator);
  }

  private static String text(Map<String, ?> settings, String key, String otherwise) {
    Object value = settings.get(key);
    return value == null ? otherwise : value.toString();
  }

  private static boolean isTrue(Map<String, ?> settings, String key) {
    return text(settings, key, "false").strip().equalsIgnoreCase("true");
  }

  private static void refuseEqual(
      String name, @Nullable String value, String otherName, String otherValue) {
    if (otherValue.equals(value)) {
      throw new KafkaException(name + " and " + otherName + " may not be equal");
    }
  }

  @Override
  public Iterator<ProducerRecord<byte[], byte[]>> readRecords(InputStream in) {
    return new Records(new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8)));
  }

  private final class Records implements Iterator<ProducerRecord<byte[], byte[]>> {
    private final BufferedReader lines;
    private @Nullable ProducerRecord<byte[], byte[]> ahead;
    private int lineNumber;

    Records(BufferedReader lines) {
      this.lines = lines;
    }

    @Override
    public boolean hasNext() {
      if (ahead == null) {
        String line = readLine();
        ahead = line == null ? null : parse(line, lineNumber);
      }
      return ahead != null;
    }

    @Override
    public ProducerRecord<byte[], byte[]> next() {
      ProducerRecord<byte[], byte[]> record = hasNext() ? ahead : null;
      if (record == null) {
        throw new NoSuchElementException("no more record");
      }
      ahead = null;
      return record;
    }

    private @Nullable String readLine() {
      lineNumber++;
      if (prompt != null) {
        prompt.print(">");
        prompt.flush();
      }
      try {
        return lines.readLine();
      } catch (IOException e) {
        throw new KafkaException(e);
      }
    }
  }

  private ProducerRecord<byte[], byte[]> parse(String line, int lineNumber) {
    int start = 0;
    String headers = null;
    if (parseHeaders) {
      headers = upTo(headersDelimiter, "headers delimiter", line, start, lineNumber);
      start += headers == null ? 0 : headers.length() + headersDelimiter.length();
    }
    String key = null;
    if (parseKey) {
      key = upTo(keySeparator, "key separator", line, start, lineNumber);
      start += key == null ? 0 : key.length() + keySeparator.length();
    }
    var record =
        new ProducerRecord<byte[], byte[]>(topic, bytes(key), bytes(line.substring(start)));
    if (headers != null && !headers.equals(nullMarker)) {
      addHeaders(record, headers, lineNumber);
    }
    return record;
  }

  private @Nullable String upTo(
      String separator, String separatorName, String line, int start, int lineNumber) {
    int end = line.indexOf(separator, start);
    if (end >= 0) {
      return line.substring(start, end);
    }
    if (ignoreError) {
      return null;
    }
    throw new KafkaException(
        "No " + separatorName + " found on line number " + lineNumber + ": '" + line + "'");
  }

  private void addHeaders(ProducerRecord<byte[], byte[]> record, String headers, int lineNumber) {
    for (String pair : headersSplitter.split(headers, 0)) {
      int separator = pair.indexOf(headersKeySeparator);
      if (separator < 0) {
        if (!ignoreError) {
          throw new KafkaException(
              "No header key separator found in pair '" + pair + "' on line number " + lineNumber);
        }
        record.headers().add(pair, null);
        continue;
      }
      String key = pair.substring(0, separator);
      if (key.equals(nullMarker)) {
        throw new KafkaException(
            "Header keys should not be equal to the null marker '"
                + nullMarker
                + "' as they can't be null");
      }
      record.headers().add(key, bytes(pair.substring(separator + headersKeySeparator.length())));
    }
  }

  private byte @Nullable [] bytes(@Nullable String text) {
    return text == null || text.equals(nullMarker) ? null : text.getBytes(StandardCharsets.UTF_8);
  }
}
