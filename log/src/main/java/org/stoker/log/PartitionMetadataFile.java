package org.stoker.log;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.stoker.base.Disk;
import org.stoker.base.Uuid;

/** Keeps the id of a partition's topic beside its segments: {@code partition.metadata}. */
public final class PartitionMetadataFile {
  public static final String FILE_NAME = "partition.metadata";

  private static final String VERSION = "version";
  private static final String TOPIC_ID = "topic_id";

  private final AtomicFile file;

  public PartitionMetadataFile(Disk disk, Path path) {
    this.file = new AtomicFile(disk, path);
  }

  /**
   * The topic's id; null if there is no file.
   *
   * @throws CorruptFileException naming the line that cannot be understood
   */
  public @Nullable Uuid readTopicId() throws IOException {
    String text = file.readText();
    if (text == null) {
      return null;
    }
    List<String> lines = text.lines().toList();
    String version = value(lines, 1, VERSION);
    try {
      if (Integer.parseInt(version) < 0) {
        throw new CorruptFileException(file.path(), 1, "version " + version);
      }
    } catch (NumberFormatException _) {
      throw new CorruptFileException(file.path(), 1, "the version is no number: " + version);
    }
    return topicId(value(lines, 2, TOPIC_ID));
  }

  private Uuid topicId(String text) throws CorruptFileException {
    try {
      Uuid id = Uuid.parse(text);
      if (!id.equals(Uuid.ZERO)) {
        return id;
      }
    } catch (IllegalArgumentException _) {
      // Told below: no id is no id.
    }
    throw new CorruptFileException(file.path(), 2, "no topic id: " + text);
  }

  private String value(List<String> lines, int line, String name) throws CorruptFileException {
    String text = line > lines.size() ? "" : lines.get(line - 1);
    String[] words = text.split(":\\s+", -1);
    if (words.length != 2) {
      throw new CorruptFileException(
          file.path(), line, "should be '" + name + ": …' and is '" + text + "'");
    }
    return words[1];
  }

  public void write(Uuid topicId) throws IOException {
    file.replace(text(topicId));
  }

  /** Writes it beside, for the caller to sync before {@link #publish}. */
  void prepare(Uuid topicId) throws IOException {
    file.prepare(StandardCharsets.UTF_8.encode(text(topicId)));
  }

  /** Gives the prepared file its name; the caller syncs the directory. */
  void publish() throws IOException {
    file.publish();
  }

  private String text(Uuid topicId) {
    if (topicId.equals(Uuid.ZERO)) {
      throw new IllegalArgumentException("no topic id to write to " + file.path());
    }
    return VERSION + ": 0\n" + TOPIC_ID + ": " + topicId;
  }
}
