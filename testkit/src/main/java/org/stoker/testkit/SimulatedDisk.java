package org.stoker.testkit;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.stoker.base.Clock;
import org.stoker.base.Disk;
import org.stoker.base.DiskFile;
import org.stoker.base.DiskFullException;
import org.stoker.base.ThreadSafe;

/**
 * A disk in memory that keeps apart what programs see and what a power failure leaves, and that
 * breaks when it is told to; the same seed and calls give the same disk.
 *
 * <p>It promises exactly what {@link Disk} promises and no more: the entry of a new file whose
 * bytes were synced still vanishes if its directory was not. Paths are absolute; only the root
 * directory is there at the start.
 */
@ThreadSafe
public final class SimulatedDisk implements Disk {
  private static final String IO_ERROR = "Input/output error";
  private static final int SHORT_READ_ONCE_IN = 8;
  private static final int WRITE_BACK_ONCE_IN = 16;

  private final SplitMixSeed seed;
  private final Clock clock;

  @GuardedBy("this")
  private StoredDirectory root = new StoredDirectory();

  @GuardedBy("this")
  private final List<EntryChange> unsyncedChanges = new ArrayList<>();

  @GuardedBy("this")
  private final ArmedFaults faults = new ArmedFaults();

  @GuardedBy("this")
  private final Set<Path> locked = new HashSet<>();

  @GuardedBy("this")
  private long capacityBytes = Long.MAX_VALUE;

  @GuardedBy("this")
  private long usedBytes;

  @GuardedBy("this")
  private @Nullable String dead;

  public SimulatedDisk(long seed) {
    this(seed, new SimulatedClock());
  }

  public SimulatedDisk(long seed, Clock clock) {
    this.seed = new SplitMixSeed(seed);
    this.clock = clock;
  }

  // ---- What a test does to the disk.

  /**
   * The power fails. This disk and its open files refuse everything from now on; the machine starts
   * again on the disk that is returned, where each unsynced page and entry was kept, lost or torn.
   */
  public synchronized SimulatedDisk powerFailure() {
    var after = successor("the power failed");
    var lost = new HashSet<EntryChange>();
    // A journal often keeps a prefix; nothing promises more than that each change is whole.
    int prefix = seed.oneIn(2) ? seed.nextInt(unsyncedChanges.size() + 1) : -1;
    for (int i = 0; i < unsyncedChanges.size(); i++) {
      EntryChange change = unsyncedChanges.get(i);
      boolean kept = prefix >= 0 ? i < prefix : seed.oneIn(2);
      if (kept && lost.stream().noneMatch(change::dependsOn)) {
        change.reachPlatter();
      } else {
        lost.add(change);
      }
    }
    synchronized (after) {
      after.root = root;
      after.usedBytes = root.restart(seed.fork());
    }
    return after;
  }

  /**
   * The process is killed (kill -9): everything written stays, synced or not. This disk and its
   * open files refuse everything from now on; the next process runs on the disk that is returned.
   */
  public synchronized SimulatedDisk processKill() {
    var after = successor("the process was killed");
    synchronized (after) {
      after.root = root;
      after.usedBytes = usedBytes;
      after.unsyncedChanges.addAll(unsyncedChanges);
    }
    return after;
  }

  /** Arms a fault; it happens once. */
  public synchronized void arm(DiskFault fault) {
    faults.arm(fault);
  }

  /** Whether a fault that was armed has not happened yet. */
  public synchronized boolean isArmed() {
    return faults.isArmed();
  }

  public synchronized void disarm() {
    faults.disarm();
  }

  /** All files together hold at most so many bytes; a write that needs more finds the disk full. */
  public synchronized void limitCapacity(long bytes) {
    capacityBytes = bytes;
  }

  public synchronized long usedBytes() {
    return usedBytes;
  }

  /** A bit rots where it lies. */
  public synchronized void flipBit(Path file, long position, int bit) throws IOException {
    fileAt(file).flipBit(position, bit);
  }

  /** Makes directories that no power failure takes away. */
  public synchronized void createDurableDirectories(Path directory) throws IOException {
    createDirectories(directory);
    Path parent = directory;
    while ((parent = parent.getParent()) != null) {
      syncDirectory(parent);
    }
  }

  /** All bytes of a file as programs see them. */
  public synchronized byte[] contents(Path file) throws IOException {
    StoredFile stored = fileAt(file);
    ByteBuffer bytes = ByteBuffer.allocate(stored.sizeBytes());
    stored.read(bytes, 0, stored.sizeBytes());
    return bytes.array();
  }

  /** Makes a file of these bytes, as a program would: nothing of it is synced. */
  public void put(Path file, byte[] bytes) throws IOException {
    try (DiskFile open = open(file, OpenMode.CREATE)) {
      open.setSize(0);
      open.write(ByteBuffer.wrap(bytes), 0);
    }
  }

  // ---- Disk

  @Override
  public synchronized DiskFile open(Path file, OpenMode mode) throws IOException {
    refuseIfDead(file);
    failIfArmed(DiskFault.Kind.OPEN, file);
    StoredNode node = find(file);
    if (node instanceof StoredDirectory) {
      throw new FileSystemException(file.toString(), null, "Is a directory");
    }
    if (node instanceof StoredFile stored) {
      return new OpenFile(file, stored, mode);
    }
    if (mode != OpenMode.CREATE) {
      throw new NoSuchFileException(file.toString());
    }
    StoredDirectory directory = parentOf(file);
    if (usedBytes >= capacityBytes) {
      throw new DiskFullException(file, DiskFullException.NO_SPACE, null);
    }
    var made = new StoredFile();
    made.lastModifiedMs = clock.wallMs();
    made.linked = true;
    link(directory, nameOf(file), made);
    return new OpenFile(file, made, mode);
  }

  @Override
  public synchronized boolean exists(Path path) throws IOException {
    refuseIfDead(path);
    return find(path) != null;
  }

  @Override
  public synchronized long sizeBytes(Path file) throws IOException {
    refuseIfDead(file);
    return fileAt(file).sizeBytes();
  }

  @Override
  public synchronized long lastModifiedMs(Path file) throws IOException {
    refuseIfDead(file);
    return fileAt(file).lastModifiedMs;
  }

  @Override
  public synchronized List<Path> list(Path directory) throws IOException {
    refuseIfDead(directory);
    return directoryAt(directory).seen.keySet().stream().map(directory::resolve).sorted().toList();
  }

  @Override
  public synchronized boolean isDirectory(Path path) throws IOException {
    refuseIfDead(path);
    return find(path) instanceof StoredDirectory;
  }

  @Override
  public synchronized void createDirectories(Path directory) throws IOException {
    refuseIfDead(directory);
    StoredNode there = find(directory);
    if (there instanceof StoredFile) {
      throw new FileAlreadyExistsException(directory.toString());
    }
    if (there == null) {
      Path parent = directory.getParent();
      if (parent != null) {
        createDirectories(parent);
      }
      link(parentOf(directory), nameOf(directory), new StoredDirectory());
    }
  }

  @Override
  public synchronized void rename(Path from, Path to) throws IOException {
    refuseIfDead(from);
    failIfArmed(DiskFault.Kind.RENAME, from);
    StoredNode node = find(from);
    if (node == null) {
      throw new NoSuchFileException(from.toString());
    }
    StoredDirectory toDirectory = parentOf(to);
    StoredNode replaced = toDirectory.seen.get(nameOf(to));
    if (replaced == node) {
      return;
    }
    refuseToReplace(to, node, replaced);
    StoredDirectory fromDirectory = parentOf(from);
    fromDirectory.seen.remove(nameOf(from));
    toDirectory.seen.put(nameOf(to), node);
    if (replaced instanceof StoredFile file) {
      unlink(file);
    }
    unsyncedChanges.add(
        new EntryChange.Rename(fromDirectory, nameOf(from), toDirectory, nameOf(to), node));
  }

  @Override
  public synchronized void delete(Path path) throws IOException {
    refuseIfDead(path);
    failIfArmed(DiskFault.Kind.DELETE, path);
    StoredNode node = find(path);
    if (node == null) {
      return;
    }
    if (node instanceof StoredDirectory directory && !directory.seen.isEmpty()) {
      throw new DirectoryNotEmptyException(path.toString());
    }
    StoredDirectory parent = parentOf(path);
    parent.seen.remove(nameOf(path));
    if (node instanceof StoredFile file) {
      unlink(file);
    }
    unsyncedChanges.add(new EntryChange.Unlink(parent, nameOf(path)));
  }

  @Override
  public synchronized void syncDirectory(Path directory) throws IOException {
    refuseIfDead(directory);
    failIfArmed(DiskFault.Kind.SYNC_DIRECTORY, directory);
    StoredDirectory synced = directoryAt(directory);
    var needed = new ArrayDeque<EntryChange>();
    var others = new ArrayDeque<EntryChange>();
    for (EntryChange change : unsyncedChanges.reversed()) {
      if (change.touches(synced) || needed.stream().anyMatch(n -> n.dependsOn(change))) {
        needed.addFirst(change);
      } else {
        others.addFirst(change);
      }
    }
    needed.forEach(EntryChange::reachPlatter);
    unsyncedChanges.clear();
    unsyncedChanges.addAll(others);
  }

  @Override
  public synchronized long usableBytes(Path directory) throws IOException {
    refuseIfDead(directory);
    directoryAt(directory);
    return Math.max(0, capacityBytes - usedBytes);
  }

  @Override
  public synchronized @Nullable AutoCloseable tryLock(Path file) throws IOException {
    open(file, OpenMode.CREATE).close();
    Path normalized = file.normalize();
    return locked.add(normalized) ? new HeldLock(normalized) : null;
  }

  private final class HeldLock implements AutoCloseable {
    private final Path file;
    private boolean released;

    HeldLock(Path file) {
      this.file = file;
    }

    @Override
    public void close() {
      synchronized (SimulatedDisk.this) {
        if (!released) {
          released = true;
          locked.remove(file);
        }
      }
    }
  }

  // ---- The tree

  private synchronized SimulatedDisk successor(String reason) {
    if (dead != null) {
      throw new IllegalStateException("this disk is gone: " + dead);
    }
    dead = reason;
    var after = new SimulatedDisk(seed.nextLong(), clock);
    synchronized (after) {
      after.capacityBytes = capacityBytes;
    }
    return after;
  }

  private synchronized void link(StoredDirectory directory, String name, StoredNode node) {
    directory.seen.put(name, node);
    unsyncedChanges.add(new EntryChange.Link(directory, name, node));
  }

  private synchronized void unlink(StoredFile file) {
    file.linked = false;
    usedBytes -= file.sizeBytes();
  }

  private synchronized @Nullable StoredNode find(Path path) {
    if (!path.isAbsolute()) {
      throw new IllegalArgumentException("not an absolute path: " + path);
    }
    StoredNode node = root;
    for (Path name : path.normalize()) {
      if (!(node instanceof StoredDirectory directory)) {
        return null;
      }
      StoredNode child = directory.seen.get(name.toString());
      if (child == null) {
        return null;
      }
      node = child;
    }
    return node;
  }

  private StoredFile fileAt(Path path) throws IOException {
    return switch (find(path)) {
      case null -> throw new NoSuchFileException(path.toString());
      case StoredDirectory _ -> throw new FileSystemException(path.toString(), null, "no file");
      case StoredFile file -> file;
    };
  }

  private StoredDirectory directoryAt(Path path) throws IOException {
    return switch (find(path)) {
      case null -> throw new NoSuchFileException(path.toString());
      case StoredFile _ -> throw new NotDirectoryException(path.toString());
      case StoredDirectory directory -> directory;
    };
  }

  private StoredDirectory parentOf(Path path) throws IOException {
    Path parent = path.getParent();
    if (parent == null) {
      throw new FileSystemException(path.toString(), null, "the root has no parent");
    }
    return directoryAt(parent);
  }

  private static String nameOf(Path path) {
    return String.valueOf(path.getFileName());
  }

  private static void refuseToReplace(Path to, StoredNode node, @Nullable StoredNode replaced)
      throws IOException {
    if (replaced instanceof StoredDirectory directory) {
      if (node instanceof StoredFile) {
        throw new FileSystemException(to.toString(), null, "Is a directory");
      }
      if (!directory.seen.isEmpty()) {
        throw new DirectoryNotEmptyException(to.toString());
      }
    }
    if (replaced instanceof StoredFile && node instanceof StoredDirectory) {
      throw new NotDirectoryException(to.toString());
    }
  }

  private synchronized void refuseIfDead(Path path) throws IOException {
    if (dead != null) {
      throw new FileSystemException(path.toString(), null, dead);
    }
  }

  private void failIfArmed(DiskFault.Kind kind, Path path) throws IOException {
    if (happens(kind, path)) {
      throw new FileSystemException(path.toString(), null, IO_ERROR);
    }
  }

  private synchronized boolean happens(DiskFault.Kind kind, Path path) {
    return faults.happens(kind, path);
  }

  // ---- Open files

  private synchronized int read(OpenFile open, ByteBuffer into, long position) throws IOException {
    failIfArmed(DiskFault.Kind.READ, open.path);
    int most = into.remaining();
    if (most > 1 && seed.oneIn(SHORT_READ_ONCE_IN)) {
      most = 1 + seed.nextInt(most);
    }
    int start = into.position();
    int size = open.stored.read(into, position, most);
    if (size > 0 && happens(DiskFault.Kind.FLIPPED_READ, open.path)) {
      int at = start + seed.nextInt(size);
      into.put(at, (byte) (into.get(at) ^ (1 << seed.nextInt(8))));
    }
    return size;
  }

  private synchronized void write(OpenFile open, ByteBuffer from, long position)
      throws IOException {
    int size = from.remaining();
    if (happens(DiskFault.Kind.WRITE, open.path)) {
      put(open, from, position, seed.nextInt(size + 1));
      throw new FileSystemException(open.path.toString(), null, IO_ERROR);
    }
    long growth = Math.max(0, position + size - Math.max(position, open.stored.sizeBytes()));
    long room = Math.max(0, capacityBytes - usedBytes);
    if (open.stored.linked && growth > room) {
      put(open, from, position, (int) (size - growth + room));
      throw new DiskFullException(open.path, DiskFullException.NO_SPACE, null);
    }
    put(open, from, position, size);
    if (seed.oneIn(WRITE_BACK_ONCE_IN)) {
      open.stored.writeBackOnePage(seed);
    }
  }

  private synchronized void put(OpenFile open, ByteBuffer from, long position, int size) {
    int before = open.stored.sizeBytes();
    open.stored.write(from, position, size);
    sizeChanged(open, before);
  }

  private synchronized void setSize(OpenFile open, long sizeBytes) throws IOException {
    failIfArmed(DiskFault.Kind.SET_SIZE, open.path);
    int before = open.stored.sizeBytes();
    if (sizeBytes - before > capacityBytes - usedBytes) {
      throw new DiskFullException(open.path, DiskFullException.NO_SPACE, null);
    }
    open.stored.setSize(sizeBytes);
    sizeChanged(open, before);
  }

  private synchronized void sizeChanged(OpenFile open, int before) {
    open.stored.lastModifiedMs = clock.wallMs();
    if (open.stored.linked) {
      usedBytes += open.stored.sizeBytes() - before;
    }
  }

  private synchronized void sync(OpenFile open) throws IOException {
    if (happens(DiskFault.Kind.SYNC, open.path)) {
      open.stored.failSync(seed);
      throw new FileSystemException(open.path.toString(), null, IO_ERROR);
    }
    open.stored.sync();
  }

  @ThreadSafe
  private final class OpenFile implements DiskFile {
    private final Path path;
    private final StoredFile stored;
    private final OpenMode mode;
    private boolean closed;

    OpenFile(Path path, StoredFile stored, OpenMode mode) {
      this.path = path;
      this.stored = stored;
      this.mode = mode;
    }

    @Override
    public Path path() {
      return path;
    }

    @Override
    public long sizeBytes() throws IOException {
      synchronized (SimulatedDisk.this) {
        refuseIfUnusable();
        return stored.sizeBytes();
      }
    }

    @Override
    public int read(ByteBuffer into, long position) throws IOException {
      synchronized (SimulatedDisk.this) {
        refuseIfUnusable();
        return SimulatedDisk.this.read(this, into, position);
      }
    }

    @Override
    public void write(ByteBuffer from, long position) throws IOException {
      synchronized (SimulatedDisk.this) {
        refuseIfReadOnly();
        SimulatedDisk.this.write(this, from, position);
      }
    }

    @Override
    public void setSize(long sizeBytes) throws IOException {
      synchronized (SimulatedDisk.this) {
        refuseIfReadOnly();
        SimulatedDisk.this.setSize(this, sizeBytes);
      }
    }

    @Override
    public void sync() throws IOException {
      synchronized (SimulatedDisk.this) {
        refuseIfUnusable();
        SimulatedDisk.this.sync(this);
      }
    }

    @Override
    public void dropCached() throws IOException {
      synchronized (SimulatedDisk.this) {
        refuseIfUnusable();
        stored.dropCached();
      }
    }

    @Override
    public @Nullable FileChannel channel() {
      return null;
    }

    @Override
    public void close() {
      synchronized (SimulatedDisk.this) {
        closed = true;
      }
    }

    private void refuseIfUnusable() throws IOException {
      refuseIfDead(path);
      if (closed) {
        throw new FileSystemException(path.toString(), null, "the file was closed");
      }
    }

    private void refuseIfReadOnly() throws IOException {
      refuseIfUnusable();
      if (mode == OpenMode.READ) {
        throw new FileSystemException(path.toString(), null, "opened for reading only");
      }
    }

    @Override
    public String toString() {
      return path.toString();
    }
  }
}
