package org.stoker.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.stoker.testkit.SimulatedDisk;

final class DurableDirectoryTest {
  private static final Path PATH = Path.of("/srv/stoker/data");

  @Test
  void aDirectoryThatWasJustMadeSurvivesAPowerFailure() throws IOException {
    for (long seed = 0; seed < 50; seed++) {
      var disk = new SimulatedDisk(seed);

      LogDirectory.makeDurably(disk, PATH);

      assertThat(disk.powerFailure().isDirectory(PATH)).isTrue();
    }
  }
}
