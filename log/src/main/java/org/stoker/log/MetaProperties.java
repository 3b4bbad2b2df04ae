package org.stoker.log;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.stoker.base.Disk;
import org.stoker.base.Uuid;

/**
 * Whose log directory this is: {@code meta.properties}.
 *
 * <p>Version 0 ({@code broker.id}) is what a ZooKeeper-mode broker up to 3.9 insists on and what
 * every 4.x reads too, so new directories get it; a directory of version 1 ({@code node.id}) keeps
 * it. Keys that we do not know stay as they are.
 *
 * @param nodeId {@link #NO_NODE_ID} if the file names none
 */
public record MetaProperties(
    int version,
    int nodeId,
    @Nullable String clusterId,
    @Nullable Uuid directoryId,
    Map<String, String> others) {
  public static final String FILE_NAME = "meta.properties";
  public static final int NO_NODE_ID = -1;

  static final MetaProperties EMPTY = new MetaProperties(0, NO_NODE_ID, null, null, Map.of());

  private static final String VERSION = "version";
  private static final String BROKER_ID = "broker.id";
  private static final String NODE_ID = "node.id";
  private static final String CLUSTER_ID = "cluster.id";
  private static final String DIRECTORY_ID = "directory.id";

  public MetaProperties {
    others = Map.copyOf(others);
  }

  /** Those of a new directory. */
  public static MetaProperties ofNewDirectory(int nodeId, String clusterId, Uuid directoryId) {
    return new MetaProperties(0, nodeId, clusterId, directoryId, Map.of());
  }

  public MetaProperties withNodeId(int newNodeId) {
    return new MetaProperties(version, newNodeId, clusterId, directoryId, others);
  }

  public MetaProperties withClusterId(String newClusterId) {
    return new MetaProperties(version, nodeId, newClusterId, directoryId, others);
  }

  public MetaProperties withDirectoryId(Uuid newDirectoryId) {
    return new MetaProperties(version, nodeId, clusterId, newDirectoryId, others);
  }

  /**
   * Those of the directory; null if it has none.
   *
   * @throws CorruptFileException naming the line that cannot be understood
   */
  public static @Nullable MetaProperties read(Disk disk, Path directory) throws IOException {
    Path path = directory.resolve(FILE_NAME);
    byte[] bytes = new AtomicFile(disk, path).readBytes();
    return bytes == null ? null : parse(path, bytes);
  }

  private static MetaProperties parse(Path path, byte[] bytes) throws IOException {
    // Properties files are Latin-1 by definition, so that every byte is a character.
    var text = new String(bytes, StandardCharsets.ISO_8859_1);
    var properties = new Properties();
    try {
      properties.load(new ByteArrayInputStream(bytes));
    } catch (IllegalArgumentException e) {
      throw new CorruptFileException(path, lineOf(text, "\\u"), String.valueOf(e.getMessage()));
    }
    var values = new TreeMap<String, String>();
    properties.stringPropertyNames().forEach(key -> values.put(key, properties.getProperty(key)));
    int version = number(path, text, VERSION, values.remove(VERSION), 0);
    if (version != 0 && version != 1) {
      throw new CorruptFileException(
          path, lineOf(text, VERSION), "version " + version + ", only 0 and 1 are known");
    }
    String nodeKey = version == 0 ? BROKER_ID : NODE_ID;
    int nodeId = number(path, text, nodeKey, values.remove(nodeKey), NO_NODE_ID);
    String clusterId = values.remove(CLUSTER_ID);
    if (version == 1 && (nodeId == NO_NODE_ID || clusterId == null)) {
      throw new CorruptFileException(path, "version 1 without node.id or cluster.id");
    }
    Uuid directoryId = directoryId(path, text, values.remove(DIRECTORY_ID));
    return new MetaProperties(version, nodeId, clusterId, directoryId, values);
  }

  private static int number(
      Path path, String text, String key, @Nullable String value, int otherwise)
      throws CorruptFileException {
    if (value == null) {
      return otherwise;
    }
    try {
      return Integer.parseInt(value.strip());
    } catch (NumberFormatException _) {
      throw new CorruptFileException(path, lineOf(text, key), key + " is no number: " + value);
    }
  }

  private static @Nullable Uuid directoryId(Path path, String text, @Nullable String value)
      throws CorruptFileException {
    try {
      return value == null ? null : Uuid.parse(value);
    } catch (IllegalArgumentException _) {
      throw new CorruptFileException(
          path, lineOf(text, DIRECTORY_ID), DIRECTORY_ID + " is no id: " + value);
    }
  }

  private static int lineOf(String text, String word) {
    int at = Math.max(0, text.indexOf(word));
    return 1 + (int) text.substring(0, at).chars().filter(c -> c == '\n').count();
  }

  /** Replaces the file in the directory. */
  public void write(Disk disk, Path directory) throws IOException {
    var values = new TreeMap<>(others);
    values.put(VERSION, Integer.toString(version));
    if (nodeId != NO_NODE_ID) {
      values.put(version == 0 ? BROKER_ID : NODE_ID, Integer.toString(nodeId));
    }
    if (clusterId != null) {
      values.put(CLUSTER_ID, clusterId);
    }
    if (directoryId != null) {
      values.put(DIRECTORY_ID, directoryId.toString());
    }
    var text = new StringBuilder();
    values.forEach((key, value) ->
        text.append(escaped(key, true)).append('=').append(escaped(value, false)).append('\n'));
    new AtomicFile(disk, directory.resolve(FILE_NAME)).replace(text.toString());
  }

  /** As a properties file wants it. */
  private static String escaped(String text, boolean isKey) {
    var escaped = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '\n' -> escaped.append("\\n");
        case '\r' -> escaped.append("\\r");
        case '\t' -> escaped.append("\\t");
        case '\f' -> escaped.append("\\f");
        case '\\', '=', ':', '#', '!' -> escaped.append('\\').append(c);
        case ' ' -> escaped.append(isKey || i == 0 ? "\\ " : " ");
        default -> {
          if (c < ' ' || c > '~') {
            escaped.append("\\u%04X".formatted((int) c));
          } else {
            escaped.append(c);
          }
        }
      }
    }
    return escaped.toString();
  }
}
