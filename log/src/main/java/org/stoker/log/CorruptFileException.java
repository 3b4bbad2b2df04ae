package org.stoker.log;

import java.io.IOException;
import java.nio.file.Path;

/** A file of a log directory does not hold what its format asks for; says which file and where. */
public final class CorruptFileException extends IOException {
  private static final long serialVersionUID = 1L;

  private final transient Path file;

  CorruptFileException(Path file, String what) {
    super(file + ": " + what);
    this.file = file;
  }

  CorruptFileException(Path file, int line, String what) {
    super(file + " line " + line + ": " + what);
    this.file = file;
  }

  Path file() {
    return file;
  }
}
