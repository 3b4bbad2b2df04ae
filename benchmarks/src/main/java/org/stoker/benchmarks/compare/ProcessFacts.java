package org.stoker.benchmarks.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What Linux says of a process, read from {@code /proc}. */
final class ProcessFacts {
  // The kernel reports in 1/100 s to every program, whatever its own tick is.
  private static final double TICKS_PER_SECOND = 100;
  // Counted after the command in parentheses, which may hold anything: state is the first.
  private static final int USER_TICKS = 11;
  private static final int CHILDREN_SYSTEM_TICKS = 14;

  private final Path directory;

  private ProcessFacts(Path directory) {
    this.directory = directory;
  }

  static ProcessFacts of(long pid) {
    return new ProcessFacts(Path.of("/proc", Long.toString(pid)));
  }

  /** Processor time of all threads so far, in user and kernel, and of children that have ended. */
  double cpuSeconds() throws IOException {
    return cpuSeconds(Files.readString(directory.resolve("stat")));
  }

  long residentBytes() throws IOException {
    return residentBytes(Files.readString(directory.resolve("status")));
  }

  static double cpuSeconds(String stat) {
    String[] fields = stat.substring(stat.lastIndexOf(')') + 1).strip().split("\\s+", -1);
    long ticks = 0;
    for (int i = USER_TICKS; i <= CHILDREN_SYSTEM_TICKS; i++) {
      ticks += Long.parseLong(fields[i]);
    }
    return ticks / TICKS_PER_SECOND;
  }

  static long residentBytes(String status) {
    return status
        .lines()
        .filter(line -> line.startsWith("VmRSS:"))
        .map(line -> line.substring("VmRSS:".length()).strip().split("\\s+", -1)[0])
        .mapToLong(kibibytes -> Long.parseLong(kibibytes) * 1024)
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no VmRSS in " + status));
  }
}
