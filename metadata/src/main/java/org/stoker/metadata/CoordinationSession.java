package org.stoker.metadata;

import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.stoker.metadata.Outcome.Done;

/**
 * The seam to ZooKeeper: small named nodes with versions, atomic writes, and watches.
 *
 * <p>Requests of one session take effect in the order in which they were made, and are answered in
 * that order. Answers, watches and events run on the lane that the session was opened with. A watch
 * fires once, when the node next differs from what its read saw (also if that was "no node"), and
 * before any read of this session sees the difference; a lost connection delays it but does not
 * lose it. Watches are gone with their session, without a sound.
 */
public interface CoordinationSession extends AutoCloseable {
  /** The ephemeral owner of the nodes that this session creates; 0 before it first connected. */
  long id();

  /** Makes all the changes, or none. */
  void write(List<Change> changes, Consumer<Outcome<Done>> answer);

  /** Reads a node; the watch also fires when the node is created, if there is none now. */
  void get(String path, @Nullable Runnable watch, Consumer<Outcome<Node>> answer);

  /** The names of the nodes below, in no order; the watch fires when that set changes. */
  void children(String path, @Nullable Runnable watch, Consumer<Outcome<List<String>>> answer);

  default void write(Change change, Consumer<Outcome<Done>> answer) {
    write(List.of(change), answer);
  }

  /**
   * Ends the session: its ephemeral nodes go at once if it is connected. Requests that are open may
   * stay unanswered, and no event follows.
   */
  @Override
  void close();

  /** Opens sessions, one after the other, as each expires. */
  interface Opener {
    CoordinationSession open(Consumer<SessionEvent> events);
  }
}
