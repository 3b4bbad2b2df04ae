package org.stoker.handlers;

import java.util.ArrayDeque;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import org.stoker.base.Clock;
import org.stoker.base.HeapBudget;
import org.stoker.base.LimitedExecutor;
import org.stoker.base.Timers;
import org.stoker.network.RequestContext;
import org.stoker.protocol.message.ProduceRequest;
import org.stoker.records.BatchValidator;

/**
 * Produce: checks the batches, appends them, answers when they are as safe as the producer asked
 * for.
 *
 * <p>Requests of one connection overlap while they wait for the disk, but enter the partitions in
 * the order in which they came, although a big compressed batch is checked on another thread.
 *
 * <p>Whatever expands to very much is checked there one batch at a time: a few bytes can keep a
 * processor busy for seconds, and must not keep all checking threads from everybody else's.
 */
final class ProduceHandler implements Handler<ProduceRequest> {
  private final PartitionLookup lookup;
  private final Executor checkers;
  private final Executor longChecks;
  private final Timers timers;
  private final Clock clock;
  private final HeapBudget rewritten;
  private final ThreadLocal<BatchValidator> validators =
      ThreadLocal.withInitial(BatchValidator::new);

  // Connections on which a request is being checked elsewhere, with those that came behind it. Each
  // queue is touched on its connection's event loop alone, and bounded by the requests that a
  // connection may pipeline.
  private final Map<String, ArrayDeque<ProduceWork>> inOrder = new ConcurrentHashMap<>();

  /**
   * Claims batches from the budget that are compressed anew, until the log has them: usually for
   * milliseconds.
   */
  ProduceHandler(
      PartitionLookup lookup, Executor checkers, Timers timers, Clock clock, HeapBudget rewritten) {
    this.lookup = lookup;
    this.checkers = checkers;
    this.longChecks = new LimitedExecutor(checkers, 1);
    this.timers = timers;
    this.clock = clock;
    this.rewritten = rewritten;
  }

  @Override
  public void handle(ProduceRequest body, RequestContext context) {
    ProduceWork work =
        new ProduceWork(context, body, lookup, timers, rewritten);
    String connection = context.connectionId();
    ArrayDeque<ProduceWork> before = inOrder.get(connection);
    if (before != null) {
      before.add(work);
    }
    boolean isChecked = work.checkCheapOnes(validators.get(), clock.wallMs());
    if (!isChecked) {
      if (before == null) {
        var queue = new ArrayDeque<ProduceWork>();
        queue.add(work);
        inOrder.put(connection, queue);
      }
      checkers.execute(() -> checkElsewhere(work));
      return;
    }
    if (before == null) {
      work.append();
    }
  }

  private void checkElsewhere(ProduceWork work) {
    if (work.checkTheRest(validators.get(), clock.wallMs(), BatchValidator.USUAL_EXPANDED_BYTES)) {
      checkedElsewhere(work);
    } else {
      longChecks.execute(() -> {
        work.checkTheRest(validators.get(), clock.wallMs(), Integer.MAX_VALUE);
        checkedElsewhere(work);
      });
    }
  }

  private void checkedElsewhere(ProduceWork work) {
    work.context().eventLoop().execute(() -> appendThoseThatMay(work.context().connectionId()));
  }

  private void appendThoseThatMay(String connection) {
    ArrayDeque<ProduceWork> queue = inOrder.get(connection);
    while (queue != null && !queue.isEmpty() && queue.getFirst().isChecked()) {
      queue.removeFirst().append();
    }
    if (queue != null && queue.isEmpty()) {
      inOrder.remove(connection);
    }
  }
}
