package org.stoker.protocol.generator;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Writes the enum of all APIs from the requests' definitions. */
final class ApiKeyWriter {
  private final List<MessageDefinition> requests;
  private final SourceText out = new SourceText();

  private ApiKeyWriter(List<MessageDefinition> definitions) {
    requests =
        GenerateMessages.requests(definitions).stream()
            .sorted(Comparator.comparingInt(MessageDefinition::apiKey))
            .toList();
  }

  static String write(String packageName, List<MessageDefinition> definitions) {
    return new ApiKeyWriter(definitions).write(packageName);
  }

  private String write(String packageName) {
    out.line("// Generated from the definitions of all requests.");
    out.line("package " + packageName + ";");
    out.blank();
    out.line("import org.jspecify.annotations.Nullable;");
    for (MessageDefinition request : requests) {
      if (request.isAlive()) {
        out.line("import org.stoker.protocol.message." + request.name() + ";");
        out.line("import org.stoker.protocol.message." + responseName(request) + ";");
      }
    }
    out.blank();
    out.line("/** Every API of the protocol, with the versions that its definition allows. */");
    out.line("public enum ApiKey {");
    out.lines(
        requests.stream().map(ApiKeyWriter::constant).collect(Collectors.joining(",\n")) + ";");
    out.lines(FIELDS_AND_QUESTIONS);
    requestHeaderVersion();
    responseHeaderVersion();
    newMessage("newRequest", true);
    newMessage("newResponse", false);
    out.line("}");
    return out.toString();
  }

  private static String constant(MessageDefinition request) {
    Versions versions = request.validVersions();
    return "%s(%d, \"%s\", %d, %d, %s, %s, %s)"
        .formatted(
            constantName(apiName(request)),
            request.apiKey(),
            apiName(request),
            versions.lowest(),
            versions.highest(),
            request.latestVersionUnstable(),
            request.listeners().contains("broker"),
            request.listeners().contains("controller"));
  }

  private static String apiName(MessageDefinition request) {
    return request.name().substring(0, request.name().length() - "Request".length());
  }

  private static String responseName(MessageDefinition request) {
    return apiName(request) + "Response";
  }

  static String constantName(String camelCase) {
    return camelCase.replaceAll("([a-z0-9])([A-Z])", "$1_$2").toUpperCase(Locale.ROOT);
  }

  private static final String FIELDS_AND_QUESTIONS =
      """

      private static final ApiKey[] BY_ID = byId();

      private final short id;
      private final String apiName;
      private final short lowestVersion;
      private final short highestVersion;
      private final boolean latestVersionUnstable;
      private final boolean onBroker;
      private final boolean onController;

      ApiKey(
      int id,
      String apiName,
      int lowestVersion,
      int highestVersion,
      boolean latestVersionUnstable,
      boolean onBroker,
      boolean onController) {
      this.id = (short) id;
      this.apiName = apiName;
      this.lowestVersion = (short) lowestVersion;
      this.highestVersion = (short) highestVersion;
      this.latestVersionUnstable = latestVersionUnstable;
      this.onBroker = onBroker;
      this.onController = onController;
      }

      /** The API with this number, or null if there is none. */
      public static @Nullable ApiKey forId(int id) {
      return id >= 0 && id < BY_ID.length ? BY_ID[id] : null;
      }

      private static ApiKey[] byId() {
      int highest = 0;
      for (ApiKey key : values()) {
      highest = Math.max(highest, key.id);
      }
      ApiKey[] table = new ApiKey[highest + 1];
      for (ApiKey key : values()) {
      table[key.id] = key;
      }
      return table;
      }

      /** The number that a request header carries. */
      public short id() {
      return id;
      }

      /** The name without Request or Response, as in the definitions. */
      public String apiName() {
      return apiName;
      }

      public short lowestVersion() {
      return lowestVersion;
      }

      /** The newest version of the definition, stable or not. */
      public short highestVersion() {
      return highestVersion;
      }

      /** The newest version that clients may rely on. */
      public short highestStableVersion() {
      return latestVersionUnstable ? (short) (highestVersion - 1) : highestVersion;
      }

      public boolean isLatestVersionUnstable() {
      return latestVersionUnstable;
      }

      /** False for an API that was removed: only its number is still taken. */
      public boolean hasVersions() {
      return highestVersion >= lowestVersion;
      }

      public boolean supports(short version) {
      return version >= lowestVersion && version <= highestVersion;
      }

      /** What ApiVersions names as the lowest: old librdkafka asks for Produce from 0 on (KIP-896). */
      public short lowestAdvertisedVersion() {
      return this == PRODUCE ? 0 : lowestVersion;
      }

      public boolean isOnBrokerListener() {
      return onBroker;
      }

      public boolean isOnControllerListener() {
      return onController;
      }

      private IllegalStateException removed() {
      return new IllegalStateException(this + " was removed from the protocol");
      }
      """;

  private void requestHeaderVersion() {
    out.blank()
        .line(
            "/** 2 where the request is flexible, else 1. Versions above the highest count as the"
                + " highest. */");
    out.line("public short requestHeaderVersion(short version) {");
    out.line("return (short) (isFlexibleRequest(version) ? 2 : 1);");
    out.line("}");
    out.blank().line("/** 1 where the response is flexible, else 0. */");
    out.line("public short responseHeaderVersion(short version) {");
    out.line("// A client that asks for versions cannot know yet how flexible we are (KIP-511).");
    out.line("return (short) (this != API_VERSIONS && isFlexibleResponse(version) ? 1 : 0);");
    out.line("}");
  }

  private void responseHeaderVersion() {
    flexible("isFlexibleRequest", true);
    flexible("isFlexibleResponse", false);
  }

  private void flexible(String method, boolean ofRequest) {
    out.blank().line("private boolean " + method + "(short version) {");
    out.line("return switch (this) {");
    for (MessageDefinition request : requests) {
      String className = ofRequest ? request.name() : responseName(request);
      String result = request.isAlive() ? className + ".isFlexible(version)" : "throw removed()";
      out.line("case " + constantName(apiName(request)) + " -> " + result + ";");
    }
    out.line("};").line("}");
  }

  private void newMessage(String method, boolean isRequest) {
    out.blank()
        .line("/** An empty %s of this API. */".formatted(isRequest ? "request" : "response"));
    out.line("public Message " + method + "() {");
    out.line("return switch (this) {");
    for (MessageDefinition request : requests) {
      String className = isRequest ? request.name() : responseName(request);
      String result = request.isAlive() ? "new " + className + "()" : "throw removed()";
      out.line("case " + constantName(apiName(request)) + " -> " + result + ";");
    }
    out.line("};").line("}");
  }
}
