package org.stoker.tools;

import org.stoker.base.Clock;

/** A line on a person's terminal that says how far a long piece of work is; silent in a script. */
final class Progress {
  private static final long EVERY_MS = 200;
  private static final String ERASE_LINE = "\r\033[K";

  private final Terminal terminal;
  private final Clock clock;
  private long shownMs;
  private boolean visible;

  Progress(Terminal terminal, Clock clock) {
    this.terminal = terminal;
    this.clock = clock;
    this.shownMs = clock.monotonicMs();
  }

  void show(long done, long all, String things) {
    if (!terminal.interactive() || clock.monotonicMs() - shownMs < EVERY_MS) {
      return;
    }
    shownMs = clock.monotonicMs();
    visible = true;
    int percent = all <= 0 ? 0 : (int) Math.min(100, 100.0 * done / all);
    terminal.err().printf("%s%,d of %,d %s (%d %%)", ERASE_LINE, done, all, things, percent);
    terminal.err().flush();
  }

  void clear() {
    if (visible) {
      terminal.err().print(ERASE_LINE);
      terminal.err().flush();
      visible = false;
    }
  }
}
