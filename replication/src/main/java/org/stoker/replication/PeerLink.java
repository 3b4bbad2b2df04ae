package org.stoker.replication;

import java.util.function.Consumer;
import org.stoker.protocol.Message;

/**
 * Requests to another broker, over one connection that is made when it is needed. Answers come in
 * the order of the requests.
 */
public interface PeerLink extends AutoCloseable {
  /**
   * Sends a request in the highest version that both know.
   *
   * @param onReply called once, on any thread
   */
  void send(Message request, Consumer<Reply> onReply);

  /** The same in one version and no other, because the request says what only that one can say. */
  void send(Message request, short version, Consumer<Reply> onReply);

  /** Ends the connection; what waits for an answer gets {@link Reply.Lost}. */
  @Override
  void close();

  /** How a request ended. */
  sealed interface Reply {
    /**
     * The answer. Its bytes may lie in the connection's buffers: they are valid until {@code
     * release} has run.
     */
    record Answer(Message body, Runnable release) implements Reply {}

    /** Nobody knows whether the request was received. */
    record Lost(String reason) implements Reply {}
  }
}
