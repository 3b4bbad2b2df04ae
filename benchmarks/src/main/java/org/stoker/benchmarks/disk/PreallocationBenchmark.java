package org.stoker.benchmarks.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.stoker.base.Clock;
import org.stoker.base.Disk;
import org.stoker.base.DiskFile;
import org.stoker.base.FileDisk;
import org.stoker.base.SystemClock;

/**
 * Appends and syncs a growing file and files that have zeros written ahead, in turns, so that all
 * meet the same noise; the figures are those of docs/decisions/preallocation.md.
 *
 * <p>Its arguments are a directory on the disk in question and how many appends.
 */
public final class PreallocationBenchmark {
  private static final int APPENDS_IN_A_TURN = 25;
  private static final int[] APPEND_SIZES = {1024, 16 * 1024, 64 * 1024, 256 * 1024};
  private static final int[] STEP_SIZES = {0, 64 * 1024, 512 * 1024, 4 * 1024 * 1024};

  private final Disk disk = new FileDisk();
  private final Clock clock = new SystemClock();
  private final Path directory;

  private PreallocationBenchmark(Path directory) {
    this.directory = directory;
  }

  public static void main(String[] arguments) throws IOException {
    if (arguments.length != 2) {
      System.err.println("usage: PreallocationBenchmark <directory> <appends>");
      return;
    }
    var benchmark = new PreallocationBenchmark(Path.of(arguments[0]));
    for (int appendSizeBytes : APPEND_SIZES) {
      benchmark.run(appendSizeBytes, Integer.parseInt(arguments[1]));
    }
  }

  private void run(int appendSizeBytes, int appends) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocateDirect(appendSizeBytes);
    for (int i = 0; i < appendSizeBytes; i++) {
      bytes.put(i, (byte) (i * 7 + 1));
    }
    List<Appended> files = new ArrayList<>();
    for (int stepSizeBytes : STEP_SIZES) {
      files.add(new Appended(stepSizeBytes, appends));
    }
    for (int done = 0; done < appends; done += APPENDS_IN_A_TURN) {
      for (Appended file : files) {
        file.append(bytes, Math.min(APPENDS_IN_A_TURN, appends - done));
      }
    }
    for (Appended file : files) {
      System.out.println("append " + appendSizeBytes + " bytes, " + file.figures());
      file.remove();
    }
  }

  /** One file and how long each of its appends took. */
  private final class Appended {
    private final Path path;
    private final DiskFile file;
    private final ByteBuffer zeros;
    private final long[] tookNs;
    private int count;
    private long position;
    private long preallocatedTo;

    Appended(int stepSizeBytes, int appends) throws IOException {
      path = directory.resolve("preallocation-" + stepSizeBytes);
      file = disk.open(path, Disk.OpenMode.CREATE);
      file.setSize(0);
      zeros = ByteBuffer.allocateDirect(stepSizeBytes);
      tookNs = new long[appends];
    }

    void append(ByteBuffer bytes, int times) throws IOException {
      for (int i = 0; i < times; i++) {
        long startNs = clock.monotonicNs();
        file.write(bytes.duplicate(), position);
        position += bytes.remaining();
        if (zeros.hasRemaining() && position > preallocatedTo) {
          file.write(zeros.duplicate(), position);
          preallocatedTo = position + zeros.remaining();
        }
        file.sync();
        tookNs[count++] = clock.monotonicNs() - startNs;
      }
    }

    String figures() {
      Arrays.sort(tookNs);
      return "%5d KiB of zeros at a time: p25 %6d µs, p50 %6d µs, p75 %6d µs, p99 %6d µs"
          .formatted(
              zeros.capacity() / 1024, atPercent(25), atPercent(50), atPercent(75), atPercent(99));
    }

    private long atPercent(int percent) {
      return tookNs[(tookNs.length - 1) * percent / 100] / 1000;
    }

    void remove() throws IOException {
      file.close();
      disk.delete(path);
    }
  }
}
