package org.stoker.protocol.generator;

/** Java source as it grows, line by line; a line that opens or closes a block moves the margin. */
final class SourceText {
  private final StringBuilder text = new StringBuilder();
  private int depth;

  SourceText line(String line) {
    if (line.startsWith("}")) {
      depth--;
    }
    if (!line.isEmpty()) {
      text.repeat("  ", depth).append(line);
    }
    text.append('\n');
    if (line.endsWith("{")) {
      depth++;
    }
    return this;
  }

  SourceText blank() {
    return line("");
  }

  SourceText lines(String block) {
    block.lines().map(String::strip).forEach(this::line);
    return this;
  }

  @Override
  public String toString() {
    if (depth != 0) {
      throw new IllegalStateException(depth + " blocks are still open");
    }
    return text.toString();
  }
}
