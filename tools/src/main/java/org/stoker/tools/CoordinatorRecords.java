package org.stoker.tools;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What coordinators keep in their topics: the number of its type and then a key, the number of a
 * version and then a value.
 */
final class CoordinatorRecords {
  private static final short KEY_VERSION = 0;

  private final SchemaCatalog catalog;

  CoordinatorRecords(String family) throws IOException {
    this.catalog = SchemaCatalog.of(family);
  }

  /** The rest of a key whose type was read; null if nobody knows the type. */
  @Nullable ObjectNode key(short type, ByteBuffer rest) {
    JsonNode definition = catalog.definition("coordinator-key", type);
    return definition == null ? null : SchemaReader.read(definition, KEY_VERSION, rest);
  }

  /** The rest of a value whose version was read. */
  ObjectNode value(short type, short version, ByteBuffer rest) {
    JsonNode definition = catalog.definition("coordinator-value", type);
    if (definition == null) {
      throw new IllegalArgumentException("no definition of the value of type " + type);
    }
    return SchemaReader.read(definition, version, rest);
  }

  /** Whether there are values of this version. */
  boolean knows(short type, short version) {
    JsonNode definition = catalog.definition("coordinator-value", type);
    return definition != null
        && SchemaReader.covers(definition.get("validVersions").asText(), version);
  }
}
