package org.stoker.protocol.generator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class GeneratedSourcesTest {
  private static final FileTime LONG_AGO = FileTime.fromMillis(1_000_000);

  @TempDir private Path root;

  @Test
  void aFileThatDidNotChangeIsNotTouched() throws IOException {
    GeneratedSources first = new GeneratedSources(root);
    first.add("org.example", "Same", "class Same {}");
    first.add("org.example", "Changed", "class Changed {}");
    first.write();
    Path same = fileOf("Same");
    Path changed = fileOf("Changed");
    Files.setLastModifiedTime(same, LONG_AGO);
    Files.setLastModifiedTime(changed, LONG_AGO);

    GeneratedSources next = new GeneratedSources(root);
    next.add("org.example", "Same", "class Same {}");
    next.add("org.example", "Changed", "class Changed { int x; }");
    next.write();

    assertThat(Files.getLastModifiedTime(same)).isEqualTo(LONG_AGO);
    assertThat(changed).hasContent("class Changed { int x; }");
  }

  @Test
  void aFileThatIsNoLongerGeneratedGoes() throws IOException {
    GeneratedSources first = new GeneratedSources(root);
    first.add("org.example", "Old", "class Old {}");
    first.write();

    GeneratedSources next = new GeneratedSources(root);
    next.addPackage("org.example", "One sentence.");
    next.write();

    assertThat(fileOf("Old")).doesNotExist();
    assertThat(root.resolve("org/example/package-info.java"))
        .content()
        .contains("/** One sentence. */\n@NullMarked\npackage org.example;");
  }

  @Test
  void twoDefinitionsOfOneNameAreRefused() {
    GeneratedSources sources = new GeneratedSources(root);
    sources.add("org.example", "Twice", "");

    assertThatThrownBy(() -> sources.add("org.example", "Twice", ""))
        .hasMessage("two definitions are called Twice");
  }

  private Path fileOf(String name) {
    return root.resolve("org/example").resolve(name + ".java");
  }
}
