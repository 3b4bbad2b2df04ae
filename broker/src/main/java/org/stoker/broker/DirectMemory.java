package org.stoker.broker;

import java.lang.management.ManagementFactory;
import java.util.List;

/** How much memory outside the heap the JVM was given for buffers. */
final class DirectMemory {
  private static final String FLAG = "-XX:MaxDirectMemorySize=";

  private DirectMemory() {}

  /** What the flag says; without it the JVM allows as much as the heap may have. */
  static long limitBytes() {
    return limitBytes(
        ManagementFactory.getRuntimeMXBean().getInputArguments(), Runtime.getRuntime().maxMemory());
  }

  static long limitBytes(List<String> arguments, long heapBytes) {
    for (String argument : arguments) {
      if (argument.startsWith(FLAG)) {
        return parse(argument.substring(FLAG.length()), heapBytes);
      }
    }
    return heapBytes;
  }

  private static long parse(String text, long otherwise) {
    if (text.isEmpty()) {
      return otherwise;
    }
    int shift =
        switch (Character.toLowerCase(text.charAt(text.length() - 1))) {
          case 'k' -> 10;
          case 'm' -> 20;
          case 'g' -> 30;
          default -> 0;
        };
    String digits = shift == 0 ? text : text.substring(0, text.length() - 1);
    return Long.parseLong(digits) << shift;
  }
}
