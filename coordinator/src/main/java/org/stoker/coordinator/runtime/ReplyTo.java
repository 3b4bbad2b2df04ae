package org.stoker.coordinator.runtime;

/** Where an answer goes. The state machines keep it and hand it on; only the shell calls it. */
@FunctionalInterface
public interface ReplyTo<R> {
  void reply(R body);
}
