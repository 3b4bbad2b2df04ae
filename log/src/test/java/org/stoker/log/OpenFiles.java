package org.stoker.log;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.HashSet;
import java.util.Set;
import org.stoker.base.Disk;
import org.stoker.base.DiskFile;

/** Counts the files that are open on a disk. */
final class OpenFiles {
  private final Disk disk;
  private final Set<DiskFile> open = new HashSet<>();

  OpenFiles(Disk below) {
    disk =
        on(
            Disk.class,
            (_, method, arguments) -> {
              try {
                Object result = method.invoke(below, arguments);
                return result instanceof DiskFile file ? counted(file) : result;
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private DiskFile counted(DiskFile file) {
    open.add(file);
    return on(
        DiskFile.class,
        (_, method, arguments) -> {
          if (method.getName().equals("close")) {
            open.remove(file);
          }
          try {
            return method.invoke(file, arguments);
          } catch (InvocationTargetException e) {
            throw e.getCause();
          }
        });
  }

  private static <T> T on(Class<T> type, InvocationHandler handler) {
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
  }

  Disk disk() {
    return disk;
  }

  int count() {
    return open.size();
  }
}
