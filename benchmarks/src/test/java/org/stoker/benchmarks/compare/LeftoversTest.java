package org.stoker.benchmarks.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LeftoversTest {
  private final Leftovers leftovers = new Leftovers();

  @Test
  void whatIsStillThereIsPutAway(@TempDir Path directory) throws Exception {
    Path round = leftovers.keep(directory.resolve("round"));
    Files.createDirectories(round.resolve("data/t-0"));
    Files.writeString(round.resolve("data/t-0/0.log"), "x");
    Process process = leftovers.keep(new ProcessBuilder("cat"));

    leftovers.workEnded();
    leftovers.putAway();

    assertThat(process.isAlive()).isFalse();
    assertThat(round).doesNotExist();
    assertThat(directory).exists();
  }

  @Test
  void nothingIsStartedOnceItIsBeingPutAway() throws Exception {
    leftovers.workEnded();
    leftovers.putAway();

    assertThat(leftovers.isBeingPutAway()).isTrue();
    assertThatThrownBy(() -> leftovers.keep(new ProcessBuilder("cat")))
        .isInstanceOf(IOException.class);
  }

  @Test
  void workThatIsGoingOnIsWaitedForBeforeItsDirectoryIsDeleted(@TempDir Path directory)
      throws Exception {
    Path round = leftovers.keep(directory.resolve("round"));
    Process process = leftovers.keep(new ProcessBuilder("cat"));
    var worker =
        new Thread(() -> {
          process.onExit().join();
          try {
            Files.writeString(round.resolve("late"), "x");
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          } finally {
            leftovers.workEnded();
          }
        });
    worker.start();

    leftovers.putAway();
    worker.join();

    assertThat(round).doesNotExist();
  }

  @Test
  void aDirectoryBeginsEmpty(@TempDir Path directory) throws IOException {
    Path round = directory.resolve("round");
    Files.createDirectories(round);
    Files.writeString(round.resolve("of-a-run-that-was-killed"), "x");

    assertThat(leftovers.keep(round)).isEmptyDirectory();
  }

  @Test
  void endingAProcessEndsIt() throws IOException {
    Process process = leftovers.keep(new ProcessBuilder("cat"));

    leftovers.end(process);

    assertThat(process.isAlive()).isFalse();
  }

  @Test
  void whatIsSetAsideMakesRoomAndGoesAtTheEnd(@TempDir Path directory) throws Exception {
    Path first = leftovers.keep(directory.resolve("round"));
    Files.writeString(first.resolve("file"), "first");
    leftovers.setAside(first);
    Path second = leftovers.keep(directory.resolve("round"));
    assertThat(second).isEmptyDirectory();
    Files.writeString(second.resolve("file"), "second");
    leftovers.setAside(second);

    assertThat(directory.resolve("round-aside-0/file")).hasContent("first");
    assertThat(directory.resolve("round-aside-1/file")).hasContent("second");
    leftovers.workEnded();
    leftovers.putAway();

    assertThat(directory).isEmptyDirectory();
  }
}
