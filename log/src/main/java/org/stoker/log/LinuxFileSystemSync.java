package org.stoker.log;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stoker.base.ThreadSafe;

/**
 * Linux's syncfs(2), which the JDK does not offer: for many files it is several times faster than
 * one fdatasync each.
 *
 * <p>The descriptor stays open between calls, because the kernel reports a failed write-back to
 * those descriptors that were open when it failed.
 */
@ThreadSafe
public final class LinuxFileSystemSync implements FileSystemSync, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LinuxFileSystemSync.class);
  private static final int O_RDONLY_DIRECTORY_CLOEXEC = 0x10000 | 0x80000;

  private final Path directory;
  private final SystemCalls calls;
  private final int descriptor;

  private LinuxFileSystemSync(Path directory, SystemCalls calls, int descriptor) {
    this.directory = directory;
    this.calls = calls;
    this.descriptor = descriptor;
  }

  /**
   * Null where there is no syncfs, or native calls are not allowed: files are synced one by one.
   */
  public static @Nullable LinuxFileSystemSync forDirectory(Path directory) {
    // open's flags are those of x86-64; elsewhere the directory flag is another bit.
    if (!System.getProperty("os.name", "").equals("Linux")
        || !System.getProperty("os.arch", "").equals("amd64")) {
      return null;
    }
    try {
      SystemCalls calls = SystemCalls.bound();
      int descriptor = calls.open(directory, O_RDONLY_DIRECTORY_CLOEXEC);
      return new LinuxFileSystemSync(directory, calls, descriptor);
    } catch (IllegalCallerException | UnsupportedOperationException | IOException e) {
      LOG.info("{} is synced file by file: {}", directory, e.toString());
      return null;
    }
  }

  @Override
  public void sync() throws IOException {
    calls.call(calls.syncfs, descriptor, directory);
  }

  @Override
  public void close() throws IOException {
    calls.call(calls.close, descriptor, directory);
  }

  private record SystemCalls(
      MethodHandle open, MethodHandle syncfs, MethodHandle close, MemoryLayout errnoLayout) {
    @SuppressWarnings("restricted")
    static SystemCalls bound() {
      Linker linker = Linker.nativeLinker();
      SymbolLookup symbols = linker.defaultLookup();
      Linker.Option errno = Linker.Option.captureCallState("errno");
      FunctionDescriptor onDescriptor =
          FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);
      return new SystemCalls(
          linker.downcallHandle(
              symbol(symbols, "open"),
              FunctionDescriptor.of(
                  ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT),
              errno,
              Linker.Option.firstVariadicArg(2)),
          linker.downcallHandle(symbol(symbols, "syncfs"), onDescriptor, errno),
          linker.downcallHandle(symbol(symbols, "close"), onDescriptor, errno),
          Linker.Option.captureStateLayout());
    }

    private static MemorySegment symbol(SymbolLookup symbols, String name) {
      return symbols
          .find(name)
          .orElseThrow(() -> new UnsupportedOperationException("the C library has no " + name));
    }

    int open(Path directory, int flags) throws IOException {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment state = arena.allocate(errnoLayout);
        MemorySegment name = arena.allocateFrom(directory.toAbsolutePath().toString());
        int result = (int) open.invokeExact(state, name, flags);
        return checked(result, state, directory);
      } catch (IOException | RuntimeException | Error e) {
        throw e;
      } catch (Throwable e) {
        throw new IllegalStateException(e);
      }
    }

    void call(MethodHandle handle, int descriptor, Path directory) throws IOException {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment state = arena.allocate(errnoLayout);
        int result = (int) handle.invokeExact(state, descriptor);
        checked(result, state, directory);
      } catch (IOException | RuntimeException | Error e) {
        throw e;
      } catch (Throwable e) {
        throw new IllegalStateException(e);
      }
    }

    private int checked(int result, MemorySegment state, Path directory) throws IOException {
      if (result < 0) {
        VarHandle errno = errnoLayout.varHandle(MemoryLayout.PathElement.groupElement("errno"));
        throw new FileSystemException(
            directory.toString(), null, "errno " + (int) errno.get(state, 0L));
      }
      return result;
    }
  }
}
