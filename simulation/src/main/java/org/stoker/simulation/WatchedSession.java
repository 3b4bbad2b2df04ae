package org.stoker.simulation;

import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.stoker.base.ConfinedTo;
import org.stoker.metadata.Change;
import org.stoker.metadata.CoordinationSession;
import org.stoker.metadata.Node;
import org.stoker.metadata.Outcome;
import org.stoker.metadata.Outcome.Done;

/** A session of which it is counted what is hard to get right. */
@ConfinedTo(ConfinedTo.ONE_THREAD)
final class WatchedSession implements CoordinationSession {
  private static final String SNAPSHOTS = "/stoker/snapshots/";

  private final CoordinationSession session;
  private final Counters counters;

  WatchedSession(CoordinationSession session, Counters counters) {
    this.session = session;
    this.counters = counters;
  }

  @Override
  public long id() {
    return session.id();
  }

  @Override
  public void write(List<Change> changes, Consumer<Outcome<Done>> answer) {
    session.write(
        changes,
        outcome -> {
          if (outcome instanceof Outcome.Unknown) {
            counters.count(Counters.UNKNOWN_OUTCOMES);
          }
          answer.accept(outcome);
        });
  }

  @Override
  public void get(String path, @Nullable Runnable watch, Consumer<Outcome<Node>> answer) {
    session.get(
        path,
        watch,
        outcome -> {
          if (path.startsWith(SNAPSHOTS) && outcome instanceof Outcome.Ok) {
            counters.count(Counters.SNAPSHOTS_LOADED);
          }
          answer.accept(outcome);
        });
  }

  @Override
  public void children(
      String path, @Nullable Runnable watch, Consumer<Outcome<List<String>>> answer) {
    session.children(path, watch, answer);
  }

  @Override
  public void close() {
    session.close();
  }
}
