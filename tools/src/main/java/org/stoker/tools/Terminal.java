package org.stoker.tools;

import java.io.InputStream;
import java.io.PrintStream;

/**
 * The streams that a tool talks to, so that tests run a tool without touching the process's own.
 *
 * @param interactive a person watches: prompts and progress are wanted
 */
record Terminal(InputStream in, PrintStream out, PrintStream err, boolean interactive) {
  static Terminal ofThisProcess() {
    // Since JDK 22 there may be a console object without a person behind it, since 25 there is
    // none.
    @SuppressWarnings("SystemConsoleNull")
    boolean interactive = System.console() != null && System.console().isTerminal();
    return new Terminal(System.in, System.out, System.err, interactive);
  }
}
