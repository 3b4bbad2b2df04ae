package org.stoker.tools;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.common.record.internal.Record;

/**
 * Shows what Kafka's tiered storage keeps about segments elsewhere, in the words of its classes.
 */
record RemoteLogDecoder(SchemaCatalog catalog) implements RecordDecoder {
  private static final List<String> SEGMENT_STATES =
      List.of(
          "COPY_SEGMENT_STARTED",
          "COPY_SEGMENT_FINISHED",
          "DELETE_SEGMENT_STARTED",
          "DELETE_SEGMENT_FINISHED");
  private static final List<String> PARTITION_STATES =
      List.of("DELETE_PARTITION_MARKED", "DELETE_PARTITION_STARTED", "DELETE_PARTITION_FINISHED");

  static RemoteLogDecoder create() throws IOException {
    return new RemoteLogDecoder(SchemaCatalog.of("storage"));
  }

  @Override
  public Decoded decode(Record record) {
    String text;
    try {
      text = describe(record);
    } catch (IllegalArgumentException | BufferUnderflowException e) {
      text = "Error at offset " + record.offset() + ", skipping. " + e.getMessage();
    }
    return new Decoded(Optional.empty(), Optional.of(text));
  }

  private String describe(Record record) {
    if (!record.hasValue()) {
      throw new IllegalArgumentException("there is no value");
    }
    ByteBuffer bytes = record.value();
    int frame = SchemaReader.unsignedVarint(bytes);
    short type = (short) SchemaReader.unsignedVarint(bytes);
    short version = (short) SchemaReader.unsignedVarint(bytes);
    JsonNode definition = catalog.definition("metadata", type);
    if (definition == null) {
      throw new IllegalArgumentException("frame " + frame + ", unknown type " + type);
    }
    JsonNode data = SchemaReader.read(definition, version, bytes);
    return switch (type) {
      case 0 ->
          "RemoteLogSegmentMetadata{remoteLogSegmentId="
              + segmentId(data)
              + offsets(data)
              + ", brokerId="
              + data.get("brokerId").asInt()
              + ", maxTimestampMs="
              + data.get("maxTimestampMs").asLong()
              + ", eventTimestampMs="
              + data.get("eventTimestampMs").asLong()
              + contents(data);
      case 1 ->
          "RemoteLogSegmentMetadataUpdate{remoteLogSegmentId="
              + segmentId(data)
              + ", customMetadata="
              + customMetadata(data)
              + ", state="
              + segmentState(data)
              + event(data);
      case 2 ->
          "RemotePartitionDeleteMetadata{topicPartition="
              + topicIdPartition(data)
              + ", state="
              + state(PARTITION_STATES, data.get("remotePartitionDeleteState"))
              + event(data);
      default ->
          "RemoteLogSegmentMetadataSnapshot{segmentId="
              + data.get("segmentId").asText()
              + offsets(data)
              + ", maxTimestampMs="
              + data.get("maxTimestampMs").asLong()
              + contents(data);
    };
  }

  private static String segmentId(JsonNode data) {
    JsonNode id = data.get("remoteLogSegmentId");
    return "RemoteLogSegmentId{topicIdPartition="
        + topicIdPartition(id)
        + ", id="
        + id.get("id").asText()
        + "}";
  }

  private static String topicIdPartition(JsonNode data) {
    JsonNode partition = data.get("topicIdPartition");
    return partition.get("id").asText()
        + ":"
        + partition.get("name").asText()
        + "-"
        + partition.get("partition").asInt();
  }

  private static String offsets(JsonNode data) {
    return ", startOffset="
        + data.get("startOffset").asLong()
        + ", endOffset="
        + data.get("endOffset").asLong();
  }

  private static String contents(JsonNode data) {
    var epochs = new TreeMap<Integer, Long>();
    for (JsonNode entry : data.get("segmentLeaderEpochs")) {
      epochs.put(entry.get("leaderEpoch").asInt(), entry.get("offset").asLong());
    }
    return ", segmentLeaderEpochs="
        + epochs
        + ", segmentSizeInBytes="
        + data.get("segmentSizeInBytes").asInt()
        + ", customMetadata="
        + customMetadata(data)
        + ", state="
        + segmentState(data)
        + ", txnIdxEmpty="
        + data.path("txnIndexEmpty").asBoolean()
        + "}";
  }

  private static Optional<String> customMetadata(JsonNode data) {
    JsonNode custom = data.get("customMetadata");
    if (custom.isNull()) {
      return Optional.empty();
    }
    try {
      return Optional.of("CustomMetadata{" + custom.binaryValue().length + " bytes}");
    } catch (IOException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private static String segmentState(JsonNode data) {
    return state(SEGMENT_STATES, data.get("remoteLogSegmentState"));
  }

  private static String state(List<String> states, JsonNode number) {
    int index = number.asInt();
    if (index < 0 || index >= states.size()) {
      throw new IllegalArgumentException("unknown state " + index);
    }
    return states.get(index);
  }

  private static String event(JsonNode data) {
    return ", eventTimestampMs="
        + data.get("eventTimestampMs").asLong()
        + ", brokerId="
        + data.get("brokerId").asInt()
        + "}";
  }
}
