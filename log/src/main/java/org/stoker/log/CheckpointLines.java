package org.stoker.log;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** The text of a checkpoint: the version, the number of entries, and a line for each of them. */
record CheckpointLines(AtomicFile file) {
  private static final int VERSION = 0;
  private static final int LINES_BEFORE_ENTRIES = 2;

  /** How an entry is read from the words of its line. */
  interface EntryParser<T> {
    /** May throw NumberFormatException. */
    T parse(String[] words);
  }

  void write(Collection<String> entries) throws IOException {
    var text = new StringBuilder();
    text.append(VERSION).append('\n').append(entries.size()).append('\n');
    for (String entry : entries) {
      text.append(entry).append('\n');
    }
    file.replace(text.toString());
  }

  /**
   * The entries; none if there is no file or it is empty, as one that was made and never written.
   *
   * @throws CorruptFileException naming the line that cannot be understood
   */
  <T> List<T> read(int wordsPerLine, EntryParser<T> parser) throws IOException {
    String text = file.readText();
    List<String> lines = text == null ? List.of() : text.lines().toList();
    if (lines.size() < LINES_BEFORE_ENTRIES) {
      if (!lines.isEmpty()) {
        requireVersion(lines.getFirst());
      }
      return List.of();
    }
    requireVersion(lines.get(0));
    int count = number(lines.get(1), 2);
    int found = lines.size() - LINES_BEFORE_ENTRIES;
    if (found != count) {
      throw new CorruptFileException(
          file.path(), 2, "announces " + count + " entries, there are " + found);
    }
    var entries = new ArrayList<T>(found);
    for (int line = LINES_BEFORE_ENTRIES; line < lines.size(); line++) {
      entries.add(entry(lines.get(line), line + 1, wordsPerLine, parser));
    }
    return entries;
  }

  private <T> T entry(String text, int line, int wordsPerLine, EntryParser<T> parser)
      throws CorruptFileException {
    String[] words = text.split("\\s+", -1);
    if (words.length == wordsPerLine) {
      try {
        return parser.parse(words);
      } catch (NumberFormatException _) {
        // Told below like any other line that makes no sense.
      }
    }
    throw malformed(text, line);
  }

  private void requireVersion(String text) throws CorruptFileException {
    int version = number(text, 1);
    if (version != VERSION) {
      throw new CorruptFileException(
          file.path(), 1, "version " + version + ", only " + VERSION + " is known");
    }
  }

  private int number(String text, int line) throws CorruptFileException {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException _) {
      throw malformed(text, line);
    }
  }

  private CorruptFileException malformed(String text, int line) {
    String shown = text.length() > 100 ? text.substring(0, 100) + "…" : text;
    return new CorruptFileException(file.path(), line, "cannot be understood: '" + shown + "'");
  }
}
