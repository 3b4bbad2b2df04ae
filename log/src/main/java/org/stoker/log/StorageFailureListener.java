package org.stoker.log;

import org.stoker.base.StorageException;

/** Learns that a log directory went offline: none of its logs may be used any more. */
@FunctionalInterface
public interface StorageFailureListener {
  /** Called once per directory, on the thread that met the failure: hand longer work on. */
  void failed(StorageException failure);
}
