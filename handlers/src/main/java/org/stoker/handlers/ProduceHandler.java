package org.stoker.handlers;

import java.util.ArrayDeque;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import org.stoker.base.Clock;
import org.stoker.base.Timers;
import org.stoker.network.Request;
import org.stoker.protocol.message.ProduceRequest;
import org.stoker.records.BatchValidator;

/**
 * Produce: checks the batches, appends them, answers when they are as safe as the producer asked
 * for.
 *
 * <p>Requests of one connection overlap while they wait for the disk, but enter the partitions in
 * the order in which they came, although a big compressed batch is checked on another thread.
 */
final class ProduceHandler implements Handler {
  private final PartitionLookup lookup;
  private final Executor checkers;
  private final Timers timers;
  private final Clock clock;
  private final ThreadLocal<BatchValidator> validators =
      ThreadLocal.withInitial(BatchValidator::new);

  // Connections on which a request is being checked elsewhere, with those that came behind it. Each
  // queue is touched on its connection's event loop alone, and bounded by the requests that a
  // connection may pipeline.
  private final Map<String, ArrayDeque<ProduceWork>> inOrder = new ConcurrentHashMap<>();

  ProduceHandler(PartitionLookup lookup, Executor checkers, Timers timers, Clock clock) {
    this.lookup = lookup;
    this.checkers = checkers;
    this.timers = timers;
    this.clock = clock;
  }

  @Override
  public void handle(Request request) {
    ProduceWork work = new ProduceWork(request, (ProduceRequest) request.body(), lookup, timers);
    String connection = request.connectionId();
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
    try {
      work.checkTheRest(validators.get(), clock.wallMs());
    } finally {
      work.request().eventLoop().execute(() -> appendThoseThatMay(work.request().connectionId()));
    }
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
