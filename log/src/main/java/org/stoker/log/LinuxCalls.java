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

/** System calls of Linux that the JDK does not offer, on descriptors of our own. */
final class LinuxCalls {
  /** open's flags are those of x86-64; elsewhere the directory flag is another bit. */
  static final int O_RDONLY_CLOEXEC = 0x80000;

  static final int O_RDONLY_DIRECTORY_CLOEXEC = 0x10000 | O_RDONLY_CLOEXEC;

  private static final Logger LOG = LoggerFactory.getLogger(LinuxCalls.class);
  private static final int FADV_RANDOM = 1;
  private static final int FADV_DONTNEED = 4;
  private static final @Nullable LinuxCalls BOUND = bind();

  private final MethodHandle open;
  private final MethodHandle close;
  private final MethodHandle syncfs;
  private final MethodHandle fadvise;
  private final MethodHandle pread;
  private final MemoryLayout errnoLayout = Linker.Option.captureStateLayout();

  @SuppressWarnings("restricted")
  private LinuxCalls() {
    Linker linker = Linker.nativeLinker();
    SymbolLookup symbols = linker.defaultLookup();
    Linker.Option errno = Linker.Option.captureCallState("errno");
    FunctionDescriptor onDescriptor =
        FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);
    this.open =
        linker.downcallHandle(
            symbol(symbols, "open"),
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT),
            errno,
            Linker.Option.firstVariadicArg(2));
    this.close = linker.downcallHandle(symbol(symbols, "close"), onDescriptor, errno);
    this.syncfs = linker.downcallHandle(symbol(symbols, "syncfs"), onDescriptor, errno);
    this.fadvise =
        linker.downcallHandle(
            symbol(symbols, "posix_fadvise"),
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_INT));
    this.pread =
        linker.downcallHandle(
            symbol(symbols, "pread"),
            FunctionDescriptor.of(
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_INT,
                ValueLayout.ADDRESS,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_LONG));
  }

  private static MemorySegment symbol(SymbolLookup symbols, String name) {
    return symbols
        .find(name)
        .orElseThrow(() -> new UnsupportedOperationException("the C library has no " + name));
  }

  private static @Nullable LinuxCalls bind() {
    if (!System.getProperty("os.name", "").equals("Linux")
        || !System.getProperty("os.arch", "").equals("amd64")) {
      return null;
    }
    try {
      return new LinuxCalls();
    } catch (IllegalCallerException | UnsupportedOperationException e) {
      LOG.info("Done without system calls of Linux: {}", e.toString());
      return null;
    }
  }

  /** Null on other systems, and where native calls are not allowed. */
  static @Nullable LinuxCalls bound() {
    return BOUND;
  }

  /** A descriptor, to be closed by {@link #close}. */
  int open(Path path, int flags) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(errnoLayout);
      MemorySegment name = arena.allocateFrom(path.toAbsolutePath().toString());
      return checked((int) open.invokeExact(state, name, flags), state, path);
    } catch (IOException | RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  void close(int descriptor, Path path) throws IOException {
    call(close, descriptor, path);
  }

  /** Makes all of the file system that the descriptor lies on durable. */
  void syncFileSystem(int descriptor, Path path) throws IOException {
    call(syncfs, descriptor, path);
  }

  private void call(MethodHandle handle, int descriptor, Path path) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(errnoLayout);
      checked((int) handle.invokeExact(state, descriptor), state, path);
    } catch (IOException | RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  /** Has the kernel read what it is asked for through this descriptor, and nothing ahead of it. */
  void readNothingAhead(int descriptor) {
    tell(descriptor, FADV_RANDOM);
  }

  /** Has the kernel drop what it has cached of the file and need not write. */
  void forgetPages(int descriptor) {
    tell(descriptor, FADV_DONTNEED);
  }

  private void tell(int descriptor, int advice) {
    int refusal = advise(descriptor, advice);
    if (refusal != 0) {
      LOG.debug("posix_fadvise refuses advice: error {}", refusal);
    }
  }

  /** Advice on the whole file; 0 if it was taken, else an error number. */
  int advise(int descriptor, int advice) {
    try {
      return (int) fadvise.invokeExact(descriptor, 0L, 0L, advice);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  /** How many bytes were read; 0 at the end of the file, −1 if it failed. */
  long read(int descriptor, MemorySegment into, long sizeBytes, long position) {
    try {
      return (long) pread.invokeExact(descriptor, into, sizeBytes, position);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  private int checked(int result, MemorySegment state, Path path) throws IOException {
    if (result < 0) {
      VarHandle errno = errnoLayout.varHandle(MemoryLayout.PathElement.groupElement("errno"));
      throw new FileSystemException(path.toString(), null, "errno " + (int) errno.get(state, 0L));
    }
    return result;
  }
}
