package org.stoker.broker;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import org.stoker.base.Disk;
import org.stoker.base.DiskFile;

/**
 * A disk that says "written" before it has: the last writes to each segment are still in the
 * process's own memory, also after a sync. On it, acknowledgements leave before the write.
 */
final class LaggingDisk extends DiskOnTop {
  private static final int WRITES_BEHIND = 16;

  LaggingDisk(Disk below) {
    super(below);
  }

  @Override
  public DiskFile open(Path file, OpenMode mode) throws IOException {
    DiskFile opened = super.open(file, mode);
    return file.toString().endsWith(".log") ? new LaggingFile(opened) : opened;
  }

  private record Write(ByteBuffer bytes, long position) {}

  private static final class LaggingFile extends FileOnTop {
    private final ArrayDeque<Write> behind = new ArrayDeque<>();

    LaggingFile(DiskFile below) {
      super(below);
    }

    @Override
    public synchronized void write(ByteBuffer from, long position) throws IOException {
      ByteBuffer copy = ByteBuffer.allocate(from.remaining());
      copy.put(from);
      behind.add(new Write(copy.flip(), position));
      if (behind.size() > WRITES_BEHIND) {
        writeFirst();
      }
    }

    private void writeFirst() throws IOException {
      Write first = behind.removeFirst();
      super.write(first.bytes(), first.position());
    }

    private void catchUp() throws IOException {
      while (!behind.isEmpty()) {
        writeFirst();
      }
    }

    @Override
    public synchronized long sizeBytes() throws IOException {
      catchUp();
      return super.sizeBytes();
    }

    @Override
    public synchronized int read(ByteBuffer into, long position) throws IOException {
      catchUp();
      return super.read(into, position);
    }

    @Override
    public synchronized void setSize(long sizeBytes) throws IOException {
      catchUp();
      super.setSize(sizeBytes);
    }

    @Override
    public void sync() {}

    @Override
    public synchronized void close() throws IOException {
      catchUp();
      super.close();
    }
  }
}
