package org.stoker.protocol.generator;

import java.util.Comparator;
import java.util.List;

/**
 * A struct: the message itself, or one nested in it; {@code versions} are those it can appear in.
 */
public record StructDefinition(String name, Versions versions, List<FieldDefinition> fields) {
  public List<FieldDefinition> taggedFields() {
    return fields.stream()
        .filter(FieldDefinition::isTagged)
        .sorted(Comparator.comparingInt(FieldDefinition::tag))
        .toList();
  }
}
