package org.stoker.tools;

/** Runs an action when the process is told to end (Ctrl-C, SIGTERM) before it is closed. */
final class AtExit implements AutoCloseable {
  private final Thread hook;

  private AtExit(Thread hook) {
    this.hook = hook;
  }

  static AtExit run(String name, Runnable action) {
    var hook = new Thread(action, name);
    Runtime.getRuntime().addShutdownHook(hook);
    return new AtExit(hook);
  }

  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException alreadyEnding) {
      // The action is running, or has run: there is nothing left to cancel.
    }
  }
}
