package org.stoker.benchmarks.compare;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Makes data cold: throws files out of the kernel's page cache. */
final class PageCache {
  private static final Path DROP_CACHES = Path.of("/proc/sys/vm/drop_caches");
  private static final int READ_ONLY = 0;
  private static final int DONT_NEED = 4;

  private PageCache() {}

  /** How this machine lets it be done. */
  static String way() {
    return Files.isWritable(DROP_CACHES) ? "drop_caches" : "posix_fadvise";
  }

  /**
   * Empties the cache of all segment files below a directory, which must have been synced.
   *
   * @throws RoundFailed if this machine does not allow it
   */
  static void evictSegments(Path directory) throws IOException, RoundFailed {
    if (Files.isWritable(DROP_CACHES)) {
      Files.writeString(DROP_CACHES, "1");
      return;
    }
    try (Stream<Path> files = Files.walk(directory)) {
      adviseDontNeed(files.filter(file -> file.toString().endsWith(".log")).toList());
    }
  }

  // The three signatures are what the manual pages say.
  @SuppressWarnings("restricted")
  private static void adviseDontNeed(List<Path> files) throws RoundFailed {
    Linker linker = Linker.nativeLinker();
    SymbolLookup library = linker.defaultLookup();
    try (Arena arena = Arena.ofConfined()) {
      MethodHandle open =
          linker.downcallHandle(
              library.findOrThrow("open"),
              FunctionDescriptor.of(
                  ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
      MethodHandle advise =
          linker.downcallHandle(
              library.findOrThrow("posix_fadvise"),
              FunctionDescriptor.of(
                  ValueLayout.JAVA_INT,
                  ValueLayout.JAVA_INT,
                  ValueLayout.JAVA_LONG,
                  ValueLayout.JAVA_LONG,
                  ValueLayout.JAVA_INT));
      MethodHandle close =
          linker.downcallHandle(
              library.findOrThrow("close"),
              FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
      for (Path file : files) {
        MemorySegment name = arena.allocateFrom(file.toString());
        int descriptor = (int) open.invokeExact(name, READ_ONLY);
        int outcome = (int) advise.invokeExact(descriptor, 0L, 0L, DONT_NEED);
        int closed = (int) close.invokeExact(descriptor);
        if (descriptor < 0 || outcome != 0 || closed != 0) {
          throw new RoundFailed("not run: posix_fadvise of " + file + " returned " + outcome);
        }
      }
    } catch (RoundFailed refused) {
      throw refused;
    } catch (Throwable notHere) {
      throw new RoundFailed("not run: neither drop_caches nor posix_fadvise works: " + notHere);
    }
  }
}
