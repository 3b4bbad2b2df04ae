package org.stoker.log;

import java.io.IOException;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.stoker.base.Disk;

/**
 * Says that a log directory was closed in order, and by which incarnation of the broker: {@code
 * .kafka_cleanshutdown}. Made last of all at a stop, removed at the next start.
 */
public final class CleanShutdownFile {
  public static final String FILE_NAME = ".kafka_cleanshutdown";

  private static final Pattern BROKER_EPOCH = Pattern.compile("\"brokerEpoch\"\\s*:\\s*(-?\\d+)");

  private final AtomicFile file;

  public CleanShutdownFile(Disk disk, Path directory) {
    this.file = new AtomicFile(disk, directory.resolve(FILE_NAME));
  }

  public boolean exists() throws IOException {
    return file.exists();
  }

  /** The broker's epoch; none if there is no file, or one of a broker that did not write it. */
  public OptionalLong readBrokerEpoch() throws IOException {
    String text = file.readText();
    Matcher found = BROKER_EPOCH.matcher(text == null ? "" : text);
    try {
      return found.find() ? OptionalLong.of(Long.parseLong(found.group(1))) : OptionalLong.empty();
    } catch (NumberFormatException _) {
      return OptionalLong.empty();
    }
  }

  public void write(long brokerEpoch) throws IOException {
    file.replace("{\"version\":0,\"brokerEpoch\":" + brokerEpoch + "}");
  }

  public void delete() throws IOException {
    file.delete();
  }
}
