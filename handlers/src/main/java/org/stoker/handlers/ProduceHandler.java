package org.stoker.handlers;

import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stoker.base.Clock;
import org.stoker.base.HeapBudget;
import org.stoker.base.LimitedExecutor;
import org.stoker.base.Timers;
import org.stoker.network.InOrder;
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
  private static final Logger LOG = LoggerFactory.getLogger(ProduceHandler.class);

  private final PartitionLookup lookup;
  private final Executor checkers;
  private final Executor longChecks;
  private final Timers timers;
  private final Clock clock;
  private final HeapBudget rewritten;
  private final ThreadLocal<BatchValidator> validators =
      ThreadLocal.withInitial(BatchValidator::new);

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
    ProduceWork work = new ProduceWork(context, body, lookup, timers, rewritten);
    InOrder order = context.inOrder();
    boolean isChecked = work.checkCheapOnes(validators.get(), clock.wallMs());
    if (isChecked && !order.isAnyoneWaiting()) {
      work.append();
      return;
    }
    InOrder.Place place = order.join();
    if (isChecked) {
      place.enter(work::append);
    } else {
      checkers.execute(() -> checkElsewhere(work, place));
    }
  }

  private void checkElsewhere(ProduceWork work, InOrder.Place place) {
    check(work, place, BatchValidator.USUAL_EXPANDED_BYTES, () -> checkAtLength(work, place));
  }

  private void checkAtLength(ProduceWork work, InOrder.Place place) {
    longChecks.execute(() -> check(work, place, Integer.MAX_VALUE, () -> enter(work, place)));
  }

  private void check(
      ProduceWork work, InOrder.Place place, int maxExpandedBytes, Runnable ifMoreIsNeeded) {
    try {
      if (work.checkTheRest(validators.get(), clock.wallMs(), maxExpandedBytes)) {
        enter(work, place);
      } else {
        ifMoreIsNeeded.run();
      }
    } catch (RuntimeException e) {
      RequestContext context = work.context();
      LOG.error("{} failed", context, e);
      context.closeConnectionIfUnfinished("the broker failed; its log says more");
      context.eventLoop().execute(place::leave);
    }
  }

  private static void enter(ProduceWork work, InOrder.Place place) {
    work.context().eventLoop().execute(() -> place.enter(work::append));
  }
}
