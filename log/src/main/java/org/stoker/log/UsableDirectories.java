package org.stoker.log;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.stoker.base.ThreadSafe;
import org.stoker.base.Uuid;

/**
 * The log directories of a broker that can be used. A disk that fails takes its directory with it,
 * and only the last one the broker: what cannot take a step of the start is left out from there on.
 *
 * <p>The steps are one thread's; any may ask.
 */
@ThreadSafe
public final class UsableDirectories {
  private final List<LogDirectory> usable = new CopyOnWriteArrayList<>();
  private final List<Uuid> lostIds = new CopyOnWriteArrayList<>();
  private final Consumer<LogDirectoryException> onLeftOut;
  private final int count;
  private final List<Path> leftOut = new CopyOnWriteArrayList<>();

  /** A step of the start, for one directory. */
  public interface Step {
    void take(LogDirectory directory) throws LogDirectoryException;
  }

  /** Takes the lock of one directory. */
  public interface Locker {
    LogDirectory lock(Path path) throws LogDirectoryException;
  }

  private UsableDirectories(int count, Consumer<LogDirectoryException> onLeftOut) {
    this.count = count;
    this.onLeftOut = onLeftOut;
  }

  /**
   * Takes the locks.
   *
   * @param onLeftOut is told of each that is left out, now or by a later step
   * @throws LogDirectoryException if another broker has one, or none can be used
   */
  public static UsableDirectories lock(
      List<Path> paths, Locker locker, Consumer<LogDirectoryException> onLeftOut)
      throws LogDirectoryException {
    var locked = new UsableDirectories(paths.size(), onLeftOut);
    for (Path path : paths) {
      try {
        locked.usable.add(locker.lock(path));
      } catch (LogDirectoryException e) {
        locked.leaveOut(path, e);
      }
    }
    return locked;
  }

  /**
   * Takes a step with all of them, one after the other.
   *
   * @throws LogDirectoryException if one is somebody else's, or none is left
   */
  public void each(Step step) throws LogDirectoryException {
    for (LogDirectory directory : List.copyOf(usable)) {
      try {
        step.take(directory);
      } catch (LogDirectoryException e) {
        leaveOut(directory.path(), e);
        usable.remove(directory);
        Uuid id = directory.id();
        if (id != null) {
          lostIds.add(id);
        }
      }
    }
  }

  private void leaveOut(Path path, LogDirectoryException e) throws LogDirectoryException {
    // Without a cause it is somebody else's, and not for this broker to go round.
    if (e.getCause() == null || leftOut.size() + 1 == count) {
      throw e;
    }
    leftOut.add(path);
    onLeftOut.accept(e);
  }

  /** As they are now. */
  public List<LogDirectory> usable() {
    return List.copyOf(usable);
  }

  /** Whether another one could not be used: what is in it is unknown. */
  public boolean isAnyLeftOut() {
    return !leftOut.isEmpty();
  }

  /** Those others. */
  public List<Path> leftOut() {
    return List.copyOf(leftOut);
  }

  /** Of those left out after their ids were known: the cluster may have been told of them. */
  public List<Uuid> lostIds() {
    return List.copyOf(lostIds);
  }

  public boolean isAnyOnline() {
    return usable.stream().anyMatch(LogDirectory::isOnline);
  }

  /** Their ids; those that are identified have one. */
  public List<Uuid> ids() {
    List<Uuid> ids = new ArrayList<>();
    for (LogDirectory directory : List.copyOf(usable)) {
      Uuid id = directory.id();
      if (id != null) {
        ids.add(id);
      }
    }
    return ids;
  }
}
