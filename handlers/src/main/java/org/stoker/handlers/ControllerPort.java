package org.stoker.handlers;

import java.util.concurrent.CompletableFuture;
import org.stoker.metadata.Command;

/** Changes the cluster; {@code broker} plugs in how the controller is reached. */
public interface ControllerPort {
  /** Completes when the change is in force on this broker, or was refused, or took too long. */
  <R> CompletableFuture<R> submit(Command<R> command, long timeoutMs);
}
