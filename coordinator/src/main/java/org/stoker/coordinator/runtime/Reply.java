package org.stoker.coordinator.runtime;

/** An answer that can leave now. */
public record Reply<R>(ReplyTo<R> to, R body) {
  public void send() {
    to.reply(body);
  }
}
