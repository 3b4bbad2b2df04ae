package org.stoker.benchmarks.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * Something of Apache Kafka's, put together by Maven from what is published on Central, in a
 * directory of its own: nothing of it is on Stoker's class path.
 *
 * @param without an artifact of Kafka's that is named as a dependency, but is not published or not
 *     needed
 */
record KafkaDistribution(String name, String artifact, String version, String without) {
  static final String VERSION = "4.4.0";

  static final KafkaDistribution BROKER =
      new KafkaDistribution("kafka", "kafka_2.13", VERSION, "kafka-tools-api");

  /** The newest published; it links against its own, older client only. */
  static final KafkaDistribution TOOLS =
      new KafkaDistribution("kafka-tools", "kafka-tools", "4.3.1", "connect-runtime");

  private static final String COPY =
      "org.apache.maven.plugins:maven-dependency-plugin:3.11.0:copy-dependencies";

  /** Returns the directory of its jars; it is filled at the first use. */
  Path assembled(Path workDirectory) throws IOException, InterruptedException {
    Path directory = workDirectory.resolve(name + "-" + version);
    Path libraries = directory.resolve("lib");
    if (Files.isDirectory(libraries)) {
      return libraries;
    }
    Progress.say("Assembling " + artifact + " " + version + " from Maven Central, once.");
    Files.createDirectories(directory);
    Files.writeString(directory.resolve("pom.xml"), pom());
    Path incomplete = directory.resolve("lib.incomplete");
    Path log = directory.resolve("mvn.log");
    Process maven =
        new ProcessBuilder("mvn", "--batch-mode", "-q", COPY, "-DoutputDirectory=" + incomplete)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
    if (maven.waitFor() != 0) {
      throw new IOException("Maven could not assemble it; see " + log);
    }
    return Files.move(incomplete, libraries, StandardCopyOption.ATOMIC_MOVE);
  }

  private String pom() {
    return """
    <project xmlns="http://maven.apache.org/POM/4.0.0">
      <modelVersion>4.0.0</modelVersion>
      <groupId>org.stoker</groupId>
      <artifactId>under-comparison</artifactId>
      <version>1</version>
      <dependencies>
        <dependency>
          <groupId>org.apache.kafka</groupId>
          <artifactId>%s</artifactId>
          <version>%s</version>
          <exclusions>
            <exclusion>
              <groupId>org.apache.kafka</groupId>
              <artifactId>%s</artifactId>
            </exclusion>
          </exclusions>
        </dependency>
        <dependency>
          <groupId>org.apache.logging.log4j</groupId>
          <artifactId>log4j-slf4j-impl</artifactId>
          <version>2.25.5</version>
        </dependency>
      </dependencies>
    </project>
    """
        .formatted(artifact, version, without);
  }
}
