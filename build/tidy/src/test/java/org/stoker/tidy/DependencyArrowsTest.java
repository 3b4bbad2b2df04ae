package org.stoker.tidy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * The poms draw exactly the arrows that the table of rooms in ARCHITECTURE.md names, and imports
 * those of the table of packages.
 */
final class DependencyArrowsTest {
  private static final Pattern ROW =
      Pattern.compile("^\\| `([\\w/-]+)` \\|[^|]*\\| ([^|]*) \\|", Pattern.MULTILINE);
  private static final Pattern PACKAGE_ROW =
      Pattern.compile("^\\| `(\\w+\\.\\w+)` \\|[^|]*\\| ([^|]*) \\|", Pattern.MULTILINE);
  private static final Pattern PACKAGE =
      Pattern.compile("^package org\\.stoker\\.(\\w+\\.\\w+);", Pattern.MULTILINE);
  private static final Pattern IMPORT =
      Pattern.compile("^import (?:static )?org\\.stoker\\.(\\w+\\.\\w+)\\.", Pattern.MULTILINE);
  private static final Pattern DEPENDENCY =
      Pattern.compile("<dependency>(.*?)</dependency>", Pattern.DOTALL);
  private static final Pattern OURS = Pattern.compile("<artifactId>stoker-([\\w-]+)</artifactId>");

  private final SourceTree sources = SourceTree.ofThisBuild();

  @Test
  void thePomsMatchTheTableOfRooms() throws IOException {
    var drawn = new TreeMap<String, Set<String>>();
    for (Path pom : sources.poms()) {
      Path room = sources.root().relativize(pom).getParent();
      if (room != null) {
        drawn.put(room.toString(), roomsNamedBy(Files.readString(pom)));
      }
    }

    assertThat(drawn).isEqualTo(table(ROW));
  }

  @Test
  void importsMatchTheTableOfPackages() throws IOException {
    Map<String, Set<String>> table = table(PACKAGE_ROW);
    var drawn = new TreeMap<String, Set<String>>();
    for (Path file : sources.javaFiles()) {
      String text = Files.readString(file);
      Matcher itsPackage = PACKAGE.matcher(text);
      boolean isRun = file.toString().contains("/src/main/");
      if (isRun && itsPackage.find() && table.containsKey(itsPackage.group(1))) {
        String own = itsPackage.group(1);
        Set<String> known = drawn.computeIfAbsent(own, _ -> new TreeSet<>());
        Matcher imported = IMPORT.matcher(text);
        while (imported.find()) {
          if (table.containsKey(imported.group(1)) && !imported.group(1).equals(own)) {
            known.add(imported.group(1));
          }
        }
      }
    }

    assertThat(drawn).isEqualTo(table);
  }

  private Map<String, Set<String>> table(Pattern rows) throws IOException {
    var table = new TreeMap<String, Set<String>>();
    Matcher row = rows.matcher(Files.readString(sources.root().resolve("ARCHITECTURE.md")));
    while (row.find()) {
      Set<String> known =
          Arrays.stream(row.group(2).split(","))
              .map(String::strip)
              .filter(name -> !name.equals("–"))
              .collect(Collectors.toCollection(TreeSet::new));
      table.put(row.group(1), known);
    }
    return table;
  }

  /** Test and provided scopes do not count: they are not part of what runs. */
  private static Set<String> roomsNamedBy(String pom) {
    var rooms = new TreeSet<String>();
    Matcher dependency = DEPENDENCY.matcher(pom);
    while (dependency.find()) {
      String body = dependency.group(1);
      Matcher ours = OURS.matcher(body);
      if (ours.find() && !body.contains("<scope>test") && !body.contains("<scope>provided")) {
        rooms.add(ours.group(1));
      }
    }
    return rooms;
  }
}
