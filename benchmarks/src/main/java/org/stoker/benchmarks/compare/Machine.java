package org.stoker.benchmarks.compare;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/** What a reader must know of where it ran: machine and versions, by name. */
final class Machine {
  private static final String UNKNOWN = "unknown";
  // The client's jar says of itself what it is.
  private static final String CLIENT_VERSION = "/kafka/kafka-version.properties";

  private Machine() {}

  static Map<String, String> facts(Path home, Path workDirectory) throws IOException {
    var facts = new LinkedHashMap<String, String>();
    facts.put("CPU", valueIn(Path.of("/proc/cpuinfo"), "model name"));
    facts.put("cores", Integer.toString(Runtime.getRuntime().availableProcessors()));
    facts.put("memory", memory(valueIn(Path.of("/proc/meminfo"), "MemTotal")));
    facts.put("file system", Files.getFileStore(workDirectory).type());
    facts.put("kernel", System.getProperty("os.name") + " " + System.getProperty("os.version"));
    facts.put(
        "JDK", System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version"));
    facts.put("Kafka", KafkaDistribution.VERSION);
    facts.put("Stoker", commit(home));
    facts.put("client", "kafka-clients " + clientVersion());
    facts.put("page cache emptied by", PageCache.way());
    facts.put("load before", load());
    return facts;
  }

  private static String clientVersion() throws IOException {
    try (InputStream written = Machine.class.getResourceAsStream(CLIENT_VERSION)) {
      if (written == null) {
        return UNKNOWN;
      }
      var properties = new Properties();
      properties.load(written);
      return properties.getProperty("version", UNKNOWN);
    }
  }

  private static String valueIn(Path file, String name) throws IOException {
    if (Files.notExists(file)) {
      return UNKNOWN;
    }
    Optional<String> line =
        Files.readAllLines(file).stream().filter(each -> each.startsWith(name)).findFirst();
    return line.map(each -> each.substring(each.indexOf(':') + 1).strip()).orElse(UNKNOWN);
  }

  private static String memory(String kibibytes) {
    String number = kibibytes.replace(" kB", "");
    return number.equals(UNKNOWN) ? UNKNOWN : Long.parseLong(number) / (1 << 20) + " GiB";
  }

  /** The machine was not idle if this is much above zero. */
  private static String load() throws IOException {
    Path file = Path.of("/proc/loadavg");
    return Files.exists(file) ? Files.readString(file).split(" ", -1)[0] : UNKNOWN;
  }

  private static String commit(Path home) {
    try {
      Process git =
          new ProcessBuilder(List.of("git", "describe", "--always", "--dirty"))
              .directory(home.toFile())
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String commit =
          new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      return commit.isEmpty() ? UNKNOWN : commit;
    } catch (IOException noGit) {
      return UNKNOWN;
    }
  }
}
