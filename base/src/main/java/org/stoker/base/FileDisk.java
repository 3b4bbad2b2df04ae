package org.stoker.base;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The machine's own file system.
 *
 * <p>A FileChannel closes itself when a thread that uses it carries an interrupt, so each call puts
 * the interrupt of its thread aside and gives it back afterwards.
 */
@ThreadSafe
public final class FileDisk implements Disk {
  // The kernel gives a lock to the process, and drops it when the process closes any descriptor of
  // that file. So a second attempt from this process must be turned away before it opens the file,
  // whichever FileDisk it comes from: the one thing here that belongs to the process.
  private static final Set<Path> LOCKED_BY_THIS_PROCESS = ConcurrentHashMap.newKeySet();

  private final Consumer<Path> cacheDrop;

  /** A disk that cannot tell the system to forget what it has cached. */
  public FileDisk() {
    this(_ -> {});
  }

  /**
   * The same on a system that can be told.
   *
   * @param cacheDrop drops the cached pages of a file, where that can be done
   */
  public FileDisk(Consumer<Path> cacheDrop) {
    this.cacheDrop = cacheDrop;
  }

  @Override
  public DiskFile open(Path file, OpenMode mode) throws IOException {
    Set<OpenOption> options =
        switch (mode) {
          case READ -> Set.of(StandardOpenOption.READ);
          case WRITE -> Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE);
          case CREATE ->
              Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
        };
    if (mode == OpenMode.READ && Files.isDirectory(file)) {
      // Linux opens a directory for reading and only the first read fails.
      throw new FileSystemException(file.toString(), null, "Is a directory");
    }
    return withoutInterrupt(
        file, () -> new ChannelFile(file, FileChannel.open(file, options), mode, cacheDrop));
  }

  @Override
  public boolean exists(Path path) {
    return Files.exists(path);
  }

  @Override
  public long sizeBytes(Path file) throws IOException {
    return Files.size(file);
  }

  @Override
  public long lastModifiedMs(Path file) throws IOException {
    return Files.getLastModifiedTime(file).toMillis();
  }

  @Override
  public List<Path> list(Path directory) throws IOException {
    List<Path> entries = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
      stream.forEach(entries::add);
    } catch (DirectoryIteratorException e) {
      throw new FileSystemException(directory.toString(), null, e.getMessage());
    }
    entries.sort(null);
    return entries;
  }

  @Override
  public boolean isDirectory(Path path) {
    return Files.isDirectory(path);
  }

  @Override
  public void createDirectories(Path directory) throws IOException {
    try {
      Files.createDirectories(directory);
    } catch (IOException e) {
      throw named(directory, e);
    }
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    try {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw named(from, e);
    }
  }

  @Override
  public void delete(Path path) throws IOException {
    Files.deleteIfExists(path);
  }

  @Override
  public void syncDirectory(Path directory) throws IOException {
    withoutInterrupt(
        directory,
        () -> {
          try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
          }
          return directory;
        });
  }

  @Override
  public long usableBytes(Path directory) throws IOException {
    // Not through FileStore: that looks for the mount by name, which fails in some containers.
    long usableBytes = directory.toFile().getUsableSpace();
    if (usableBytes == 0 && !Files.exists(directory)) {
      throw new NoSuchFileException(directory.toString());
    }
    return usableBytes;
  }

  @Override
  public @Nullable AutoCloseable tryLock(Path file) throws IOException {
    Path directory = file.toAbsolutePath().getParent();
    Path key =
        directory == null
            ? file
            : directory.toRealPath().resolve(String.valueOf(file.getFileName()));
    if (!LOCKED_BY_THIS_PROCESS.add(key)) {
      return null;
    }
    HeldLock held = null;
    try {
      held = withoutInterrupt(file, () -> lockOrNull(file, key));
    } finally {
      if (held == null) {
        LOCKED_BY_THIS_PROCESS.remove(key);
      }
    }
    return held;
  }

  private static @Nullable HeldLock lockOrNull(Path file, Path key) throws IOException {
    FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    FileLock lock = null;
    try {
      lock = channel.tryLock();
    } catch (OverlappingFileLockException e) {
      // Someone in this process locked it behind our back; that is a "no" like any other.
      lock = null;
    } finally {
      if (lock == null) {
        channel.close();
      }
    }
    return lock == null ? null : new HeldLock(channel, key, new AtomicBoolean());
  }

  private record HeldLock(FileChannel channel, Path key, AtomicBoolean released)
      implements AutoCloseable {
    @Override
    public void close() throws IOException {
      if (released.compareAndSet(false, true)) {
        try {
          channel.close();
        } finally {
          LOCKED_BY_THIS_PROCESS.remove(key);
        }
      }
    }
  }

  private interface FileWork<T extends @Nullable Object> {
    T run() throws IOException;
  }

  private static <T extends @Nullable Object> T withoutInterrupt(Path path, FileWork<T> work)
      throws IOException {
    boolean interrupted = Thread.interrupted();
    try {
      return work.run();
    } catch (IOException e) {
      throw named(path, e);
    } finally {
      giveBack(interrupted);
    }
  }

  private static void giveBack(boolean interrupted) {
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** The channel's exceptions do not say which file; and a full disk is told from a broken one. */
  private static IOException named(Path path, IOException e) {
    String reason = e instanceof FileSystemException f ? f.getReason() : e.getMessage();
    if (reason != null && (reason.contains("No space left") || reason.contains("quota exceeded"))) {
      return new DiskFullException(path, reason, e);
    }
    if (e instanceof FileSystemException) {
      return e;
    }
    String text = reason == null ? e.getClass().getSimpleName() : reason;
    var named = new FileSystemException(path.toString(), null, text);
    named.initCause(e);
    return named;
  }

  @ThreadSafe
  private static final class ChannelFile implements DiskFile {
    // The JDK copies a heap buffer into a direct one of the same size and keeps that for its
    // thread: in pieces, what it keeps is bounded.
    private static final int LARGEST_HEAP_PIECE = 256 * 1024;

    private final Path path;
    private final FileChannel channel;
    private final OpenMode mode;
    private final Consumer<Path> cacheDrop;

    ChannelFile(Path path, FileChannel channel, OpenMode mode, Consumer<Path> cacheDrop) {
      this.path = path;
      this.channel = channel;
      this.mode = mode;
      this.cacheDrop = cacheDrop;
    }

    @Override
    public Path path() {
      return path;
    }

    @Override
    public long sizeBytes() throws IOException {
      return withoutInterrupt(path, channel::size);
    }

    @Override
    public int read(ByteBuffer into, long position) throws IOException {
      int limit = into.limit();
      if (!into.isDirect()) {
        into.limit(Math.min(limit, into.position() + LARGEST_HEAP_PIECE));
      }
      boolean interrupted = Thread.interrupted();
      try {
        return channel.read(into, position);
      } catch (IOException e) {
        throw named(path, e);
      } finally {
        into.limit(limit);
        giveBack(interrupted);
      }
    }

    @Override
    public void write(ByteBuffer from, long position) throws IOException {
      refuseIfReadOnly();
      int limit = from.limit();
      int start = from.position();
      boolean interrupted = Thread.interrupted();
      try {
        while (from.position() < limit) {
          if (!from.isDirect()) {
            from.limit(Math.min(limit, from.position() + LARGEST_HEAP_PIECE));
          }
          channel.write(from, position + (from.position() - start));
        }
      } catch (IOException e) {
        throw named(path, e);
      } finally {
        from.limit(limit);
        giveBack(interrupted);
      }
    }

    @Override
    public void setSize(long sizeBytes) throws IOException {
      refuseIfReadOnly();
      withoutInterrupt(path, () -> cutOrLengthen(sizeBytes));
    }

    private long cutOrLengthen(long sizeBytes) throws IOException {
      if (channel.size() < sizeBytes) {
        channel.write(ByteBuffer.wrap(new byte[1]), sizeBytes - 1);
      } else {
        channel.truncate(sizeBytes);
      }
      return sizeBytes;
    }

    private void refuseIfReadOnly() throws IOException {
      if (mode == OpenMode.READ) {
        throw new FileSystemException(path.toString(), null, "opened for reading only");
      }
    }

    @Override
    public void sync() throws IOException {
      withoutInterrupt(
          path,
          () -> {
            channel.force(false);
            return path;
          });
    }

    @Override
    public void dropCached() {
      cacheDrop.accept(path);
    }

    @Override
    public FileChannel channel() {
      return channel;
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }

    @Override
    public String toString() {
      return path.toString();
    }
  }
}
