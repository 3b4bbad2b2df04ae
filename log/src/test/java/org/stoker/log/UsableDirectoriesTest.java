package org.stoker.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.stoker.base.CallerRunsLane;
import org.stoker.base.CpuLoad;
import org.stoker.base.Uuid;
import org.stoker.testkit.SimulatedClock;
import org.stoker.testkit.SimulatedDisk;
import org.stoker.testkit.SplitMixSeed;

/** Which directories a broker starts with, and what it knows of those that it leaves out. */
final class UsableDirectoriesTest {
  private static final Path ONE = Path.of("/one");
  private static final Path TWO = Path.of("/two");

  private final SimulatedClock clock = new SimulatedClock();
  private final SimulatedDisk disk = new SimulatedDisk(1, clock);
  private final List<LogDirectoryException> told = new ArrayList<>();

  @Test
  void oneThatCannotBeLockedIsLeftOut() throws Exception {
    UsableDirectories locked =
        UsableDirectories.lock(List.of(ONE, TWO), failingFor(ONE), told::add);

    assertThat(locked.usable()).extracting(LogDirectory::path).containsExactly(TWO);
    assertThat(locked.isAnyLeftOut()).isTrue();
    assertThat(locked.lostIds()).isEmpty();
    assertThat(told).singleElement().extracting(Throwable::getMessage).isEqualTo("it fails");
  }

  @Test
  void theLastOneIsNotLeftOut() {
    assertThatThrownBy(() -> UsableDirectories.lock(List.of(ONE), failingFor(ONE), told::add))
        .isInstanceOf(LogDirectoryException.class)
        .hasMessage("it fails");
    assertThat(told).isEmpty();
  }

  @Test
  void oneThatIsAnotherBrokersIsNotGoneRound() throws Exception {
    LogDirectory others = lock(ONE);

    assertThatThrownBy(() -> UsableDirectories.lock(List.of(ONE, TWO), this::lock, told::add))
        .hasMessageContaining("is in use by another broker");
    assertThat(others.isOnline()).isTrue();
  }

  @Test
  void theIdOfOneThatFailsALaterStepIsKnown() throws Exception {
    UsableDirectories locked = UsableDirectories.lock(List.of(ONE, TWO), this::lock, told::add);
    locked.each(directory -> directory.identify(1));
    List<Uuid> ids = locked.ids();

    locked.each(directory -> {
      if (directory.path().equals(ONE)) {
        throw new LogDirectoryException("it fails later", new IOException());
      }
    });

    assertThat(ids).hasSize(2);
    assertThat(locked.lostIds()).containsExactly(ids.getFirst());
    assertThat(locked.ids()).containsExactly(ids.getLast());
    assertThat(locked.isAnyLeftOut()).isTrue();
    assertThatThrownBy(() ->
            locked.each(_ -> {
              throw new LogDirectoryException("the last one too", new IOException());
            }))
        .hasMessage("the last one too");
  }

  private UsableDirectories.Locker failingFor(Path bad) {
    return path -> {
      if (path.equals(bad)) {
        throw new LogDirectoryException("it fails", new IOException());
      }
      return lock(path);
    };
  }

  private LogDirectory lock(Path path) throws LogDirectoryException {
    return LogDirectory.lock(
        LogDirectoryConfig.at(path),
        new LogEnvironment(
            disk,
            clock,
            clock,
            new SplitMixSeed(1),
            Runnable::run,
            partition -> new CallerRunsLane(partition.toString(), Runnable::run),
            ProducerMemory.ofHeap(1 << 28, clock)),
        new LogDirectory.FlushThreads(Runnable::run, Runnable::run, CpuLoad.LOW, null),
        failure -> {
          throw new AssertionError(failure);
        });
  }
}
