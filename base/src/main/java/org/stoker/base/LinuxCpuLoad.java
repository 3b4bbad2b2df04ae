package org.stoker.base;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The load as {@code /proc/stat} tells it, looked at when somebody asks, a few times a second at
 * most. Of a container that may use less than the machine it sees the machine. Low where there is
 * no such file.
 */
@ThreadSafe
public final class LinuxCpuLoad implements CpuLoad {
  private static final Path STAT = Path.of("/proc/stat");
  private static final long LOOK_NS = 100_000_000;
  private static final double HIGH = 0.85;
  // user nice system idle iowait irq softirq steal; guests are counted in user already.
  private static final int COLUMNS = 8;
  private static final int IDLE = 3;
  private static final int IO_WAIT = 4;

  private final Clock clock;
  private final Supplier<String> firstLine;
  private final AtomicLong lookedNs;
  private volatile Ticks ticks = new Ticks(0, 0);
  private volatile boolean isHigh;

  /** Of all processors, since the machine started. */
  private record Ticks(long used, long all) {}

  /** The load of this machine. */
  public LinuxCpuLoad(Clock clock) {
    this(clock, LinuxCpuLoad::firstLine);
  }

  /**
   * The load according to somebody else.
   *
   * @param firstLine as {@code /proc/stat} has it; empty if that is not to be had
   */
  LinuxCpuLoad(Clock clock, Supplier<String> firstLine) {
    this.clock = clock;
    this.firstLine = firstLine;
    this.lookedNs = new AtomicLong(clock.monotonicNs() - LOOK_NS);
  }

  @Override
  public boolean isHigh() {
    long nowNs = clock.monotonicNs();
    long before = lookedNs.get();
    if (nowNs - before >= LOOK_NS && lookedNs.compareAndSet(before, nowNs)) {
      look();
    }
    return isHigh;
  }

  private void look() {
    Ticks before = ticks;
    Ticks now = parse(firstLine.get());
    long passed = now.all - before.all;
    // The first look would tell of the time since the machine started.
    isHigh = before.all > 0 && passed > 0 && now.used - before.used >= HIGH * passed;
    ticks = now;
  }

  private static Ticks parse(String line) {
    List<Long> columns;
    try {
      columns = Stream.of(line.split(" +")).skip(1).limit(COLUMNS).map(Long::valueOf).toList();
    } catch (NumberFormatException _) {
      columns = List.of();
    }
    if (columns.size() <= IO_WAIT) {
      return new Ticks(0, 0);
    }
    long all = columns.stream().mapToLong(Long::longValue).sum();
    return new Ticks(all - columns.get(IDLE) - columns.get(IO_WAIT), all);
  }

  /** What this machine says; empty if it says nothing. */
  static String firstLine() {
    try (Stream<String> lines = Files.lines(STAT)) {
      return lines.findFirst().orElse("");
    } catch (IOException _) {
      return "";
    }
  }
}
