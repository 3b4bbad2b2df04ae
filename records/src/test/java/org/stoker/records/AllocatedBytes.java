package org.stoker.records;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** How much heap a piece of work takes from the thread that does it. */
final class AllocatedBytes {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private AllocatedBytes() {}

  static long by(Runnable work) {
    long before = THREADS.getCurrentThreadAllocatedBytes();
    work.run();
    return THREADS.getCurrentThreadAllocatedBytes() - before;
  }
}
