package org.stoker.tools;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The published definitions of a family of internal records, as the build put them beside us. */
final class SchemaCatalog {
  private record Id(String type, short apiKey) {}

  private final Map<Id, JsonNode> definitions = new HashMap<>();

  private SchemaCatalog() {}

  static SchemaCatalog of(String family) throws IOException {
    var catalog = new SchemaCatalog();
    var json = new ObjectMapper().enable(JsonParser.Feature.ALLOW_COMMENTS);
    URI home = home();
    if (Files.isDirectory(Path.of(home))) {
      catalog.addAll(Path.of(home).resolve("schemas/" + family), json);
    } else {
      try (FileSystem jar = FileSystems.newFileSystem(Path.of(home))) {
        catalog.addAll(jar.getPath("/schemas/" + family), json);
      }
    }
    return catalog;
  }

  /** The directory or jar that this class came from. */
  private static URI home() throws IOException {
    try {
      return SchemaCatalog.class.getProtectionDomain().getCodeSource().getLocation().toURI();
    } catch (URISyntaxException e) {
      throw new IOException(e);
    }
  }

  private void addAll(Path directory, ObjectMapper json) throws IOException {
    List<Path> files;
    try (Stream<Path> found = Files.walk(directory)) {
      files = found.filter(file -> file.toString().endsWith(".json")).toList();
    }
    for (Path file : files) {
      try (InputStream in = Files.newInputStream(file)) {
        JsonNode definition = json.readTree(in);
        if (definition.has("apiKey")) {
          definitions.put(
              new Id(definition.get("type").asText(), definition.get("apiKey").shortValue()),
              definition);
        }
      }
    }
  }

  @Nullable JsonNode definition(String type, short apiKey) {
    return definitions.get(new Id(type, apiKey));
  }
}
