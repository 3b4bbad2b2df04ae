package org.stoker.broker;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.stream.Collectors;

/** A {@link BystanderMain}, and what it says. */
final class Bystander implements AutoCloseable {
  private final Process process;
  private final BufferedReader words;

  private Bystander(Process process) {
    this.process = process;
    words =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  /** Waits until it is warm and has said how long things take now; its topic must be there. */
  static Bystander start(String address) throws IOException {
    var bystander =
        new Bystander(
            new ProcessBuilder(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx128m",
                    "-XX:+UseSerialGC",
                    "-cp",
                    System.getProperty("java.class.path"),
                    BystanderMain.class.getName(),
                    address)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
    String line = bystander.words.readLine();
    while (line != null && !line.equals(BystanderMain.WARM)) {
      System.out.println(line);
      line = bystander.words.readLine();
    }
    if (line == null) {
      bystander.close();
      throw new IllegalStateException("no bystander");
    }
    return bystander;
  }

  /** Ends a phase, of which it says how long its requests took. */
  void phase(String name) throws IOException {
    process.getOutputStream().write((name + "\n").getBytes(StandardCharsets.UTF_8));
    process.getOutputStream().flush();
  }

  /** Ends it: what it said. */
  String end() throws IOException {
    process.getOutputStream().close();
    return words.lines().collect(Collectors.joining("\n"));
  }

  /** Whether it read what it wrote; after {@link #end}. */
  boolean isContent() throws InterruptedException {
    return process.waitFor() == 0;
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
