package org.stoker.broker;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stoker.settings.ConfigException;
import org.stoker.settings.ServerProperties;

/** The broker's process: from the command line to a running broker, and to its end. */
public final class BrokerMain {
  private static final Logger LOG = LoggerFactory.getLogger(BrokerMain.class);

  private BrokerMain() {}

  /**
   * Runs a broker until the process is told to stop.
   *
   * @param arguments as {@link CommandLine} reads them
   */
  public static void main(String[] arguments) {
    CommandLine line = CommandLine.parse(List.of(arguments));
    switch (line) {
      case CommandLine.Help(var text) -> System.out.println(text);
      case CommandLine.Wrong(var reason, var usage) -> {
        System.err.println(reason);
        System.err.println(usage);
        System.exit(1);
      }
      case CommandLine.Run run -> run(run);
    }
  }

  private static void run(CommandLine.Run run) {
    BrokerLogging.setConsoleQuiet(run.isQuiet());
    BrokerAssembly broker = null;
    try {
      ServerProperties properties = run.properties();
      BrokerConfig config = BrokerConfig.of(properties.toSettings());
      properties.warnings().forEach(LOG::warn);
      broker = new BrokerAssembly(config, BrokerMain::endBadly);
      broker.start();
      System.out.println(
          "Stoker is ready: broker "
              + broker.brokerId()
              + " at "
              + broker.bootstrapServers()
              + ", data in "
              + config.logDirs().getFirst());
      stopAtTheEnd(broker);
    } catch (ConfigException | StartException e) {
      fail(broker, String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      LOG.error("The broker could not start", e);
      fail(broker, "The broker could not start: " + e);
    } catch (InterruptedException e) {
      fail(broker, "The broker was told to stop before it had started");
    }
  }

  private static void stopAtTheEnd(BrokerAssembly broker) throws InterruptedException {
    CountDownLatch end = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  try {
                    LOG.info("Stopping");
                    broker.stop();
                    System.out.println("Stoker has stopped");
                  } catch (InterruptedException e) {
                    LOG.warn("The stop was cut short; the next start checks the logs");
                  } finally {
                    end.countDown();
                  }
                },
                "stop"));
    end.await();
  }

  private static void endBadly(String reason) {
    System.err.println(reason);
    LOG.error("{}", reason);
    // From another thread: whoever met the failure is needed for an orderly stop.
    new Thread(() -> System.exit(1), "exit").start();
  }

  private static void fail(@Nullable BrokerAssembly broker, String reason) {
    System.err.println(reason);
    LOG.debug("{}", reason);
    if (broker != null) {
      try {
        broker.stop();
      } catch (InterruptedException e) {
        LOG.debug("The stop was cut short", e);
      }
    }
    System.exit(1);
  }
}
