package org.stoker.broker;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stoker.base.ThreadSafe;

/**
 * A broker's life in its process: whenever the process is told to end, while it starts or later,
 * the broker is stopped in order first, and once.
 *
 * <pre>
 * starting ──▶ running ──▶ stopped
 *     └─ failed, or told to stop ─▶
 * </pre>
 */
@ThreadSafe
final class BrokerLife {
  private static final Logger LOG = LoggerFactory.getLogger(BrokerLife.class);
  // A start that opens many logs ends only when those it has begun are open.
  private static final long LONGEST_START_TO_WAIT_FOR_SECONDS = 30;

  private final BrokerAssembly broker;
  private final CountDownLatch startEnded = new CountDownLatch(1);
  private final CountDownLatch end = new CountDownLatch(1);
  private final AtomicBoolean isStopped = new AtomicBoolean();
  private volatile boolean isToldToStop;

  BrokerLife(BrokerConfig config, Machine machine) {
    this.broker = new BrokerAssembly(config, machine, BrokerLife::endBadly);
    Runtime.getRuntime().addShutdownHook(new Thread(this::toldToStop, "stop"));
  }

  /** Starts the broker; when it returns, clients are served. */
  BrokerAssembly start() throws StartException, InterruptedException {
    broker.start();
    startEnded.countDown();
    return broker;
  }

  /** The start came to nothing: what it had begun is undone. */
  void startFailed() {
    stop();
    startEnded.countDown();
  }

  boolean isToldToStop() {
    return isToldToStop;
  }

  void awaitEnd() throws InterruptedException {
    end.await();
  }

  private void toldToStop() {
    if (isStopped.get()) {
      return;
    }
    isToldToStop = true;
    LOG.info("Stopping");
    broker.giveUpStart();
    try {
      if (startEnded.await(LONGEST_START_TO_WAIT_FOR_SECONDS, TimeUnit.SECONDS)) {
        stop();
      } else {
        LOG.warn("The start did not come to an end; the next one checks the logs");
      }
    } catch (InterruptedException e) {
      LOG.warn("The stop was cut short; the next start checks the logs");
    } finally {
      end.countDown();
    }
  }

  private void stop() {
    if (!isStopped.compareAndSet(false, true)) {
      return;
    }
    try {
      broker.stop();
      if (isToldToStop) {
        System.out.println("Stoker has stopped");
      }
    } catch (InterruptedException e) {
      LOG.warn("The stop was cut short; the next start checks the logs");
    }
  }

  private static void endBadly(String reason) {
    System.err.println(reason);
    LOG.debug("{}", reason);
    // From another thread: whoever met the failure is needed for an orderly stop.
    new Thread(() -> System.exit(1), "exit").start();
  }
}
