package org.stoker.benchmarks.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * Apache Kafka's broker, put together by Maven from what is published on Central, in a directory of
 * its own: nothing of it is on Stoker's class path.
 */
final class KafkaDistribution {
  static final String VERSION = "4.4.0";

  private static final String COPY =
      "org.apache.maven.plugins:maven-dependency-plugin:3.11.0:copy-dependencies";

  // kafka-tools-api was not published with 4.4.0, and the broker does without.
  private static final String POM =
      """
      <project xmlns="http://maven.apache.org/POM/4.0.0">
        <modelVersion>4.0.0</modelVersion>
        <groupId>org.stoker</groupId>
        <artifactId>kafka-under-comparison</artifactId>
        <version>1</version>
        <dependencies>
          <dependency>
            <groupId>org.apache.kafka</groupId>
            <artifactId>kafka_2.13</artifactId>
            <version>%s</version>
            <exclusions>
              <exclusion>
                <groupId>org.apache.kafka</groupId>
                <artifactId>kafka-tools-api</artifactId>
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
          .formatted(VERSION);

  private KafkaDistribution() {}

  /** Returns the directory of its jars; it is filled at the first use. */
  static Path assembled(Path workDirectory) throws IOException, InterruptedException {
    Path directory = workDirectory.resolve("kafka-" + VERSION);
    Path libraries = directory.resolve("lib");
    if (Files.isDirectory(libraries)) {
      return libraries;
    }
    Progress.say("Assembling Apache Kafka " + VERSION + " from Maven Central; this happens once.");
    Files.createDirectories(directory);
    Files.writeString(directory.resolve("pom.xml"), POM);
    Path incomplete = directory.resolve("lib.incomplete");
    Process maven =
        new ProcessBuilder("mvn", "--batch-mode", "-q", COPY, "-DoutputDirectory=" + incomplete)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(directory.resolve("mvn.log").toFile()))
            .start();
    if (maven.waitFor() != 0) {
      throw new IOException("Maven could not assemble it; see " + directory.resolve("mvn.log"));
    }
    return Files.move(incomplete, libraries, StandardCopyOption.ATOMIC_MOVE);
  }
}
