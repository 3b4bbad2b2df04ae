package org.stoker.benchmarks.compare;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.stoker.base.ThreadSafe;

/**
 * Processes and directories that the comparison has made and not yet put away; the shutdown hook
 * puts away the rest, so that nothing stays behind after Ctrl-C.
 */
@ThreadSafe
final class Leftovers {
  private static final long WAIT_S = 20;

  private final CountDownLatch workEnded = new CountDownLatch(1);

  private final Deque<Process> processes = new ArrayDeque<>();
  private final Deque<Path> directories = new ArrayDeque<>();
  private boolean isClosed;
  private int setAside;

  synchronized Process keep(ProcessBuilder builder) throws IOException {
    if (isClosed) {
      throw new IOException("the comparison is being stopped");
    }
    Process process = builder.start();
    processes.push(process);
    return process;
  }

  synchronized Path keep(Path directory) throws IOException {
    delete(directory);
    Files.createDirectories(directory);
    directories.push(directory);
    return directory;
  }

  /** Ends a process at once if it still runs. */
  void end(Process process) {
    process.destroyForcibly();
    awaitEnd(process);
    synchronized (this) {
      processes.remove(process);
    }
  }

  void remove(Path directory) throws IOException {
    delete(directory);
    synchronized (this) {
      directories.remove(directory);
    }
  }

  /**
   * Moves a directory out of the way; it is deleted with what is left at the end. ext4 gives no
   * inode away again for a minute after its file was deleted, and looks at each of them whenever a
   * file is made: who deletes thousands of files slows down the next who makes some.
   */
  synchronized void setAside(Path directory) throws IOException {
    Path aside = directory.resolveSibling(directory.getFileName() + "-aside-" + setAside++);
    delete(aside);
    Files.move(directory, aside);
    directories.remove(directory);
    directories.push(aside);
  }

  synchronized boolean isBeingPutAway() {
    return isClosed;
  }

  /** Whoever makes processes and directories makes no more of them. */
  void workEnded() {
    workEnded.countDown();
  }

  /**
   * To be called when the JVM ends. Work that is still going on fails with the processes it needs;
   * it is waited for, since it might write to a directory that is deleted here.
   */
  void putAway() throws InterruptedException {
    List<Process> running;
    synchronized (this) {
      isClosed = true;
      running = List.copyOf(processes);
    }
    running.forEach(Process::destroyForcibly);
    for (Process process : running) {
      awaitEnd(process);
    }
    if (!workEnded.await(WAIT_S, TimeUnit.SECONDS)) {
      Progress.say("the work did not end in " + WAIT_S + " s");
    }
    List<Path> left;
    synchronized (this) {
      left = List.copyOf(directories);
    }
    for (Path directory : left) {
      try {
        delete(directory);
      } catch (IOException e) {
        Progress.say("could not delete " + directory + ": " + e);
      }
    }
  }

  private static void awaitEnd(Process process) {
    var _ = process.onExit().completeOnTimeout(process, WAIT_S, TimeUnit.SECONDS).join();
  }

  private static void delete(Path directory) throws IOException {
    if (Files.notExists(directory)) {
      return;
    }
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (UncheckedIOException e) {
      // A broker on its way out deletes files of its own.
      if (!(e.getCause() instanceof NoSuchFileException)) {
        throw e.getCause();
      }
      delete(directory);
    }
  }
}
