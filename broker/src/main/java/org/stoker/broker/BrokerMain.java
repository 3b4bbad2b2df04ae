package org.stoker.broker;

import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stoker.settings.ConfigException;
import org.stoker.settings.ConfigValues;
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
    run(List.of(arguments), Machine::of);
  }

  /** The same on another machine: tests take one with a bad disk. */
  static void run(List<String> arguments, Function<ConfigValues, Machine> machines) {
    CommandLine line = CommandLine.parse(arguments);
    switch (line) {
      case CommandLine.Help(var text) -> System.out.println(text);
      case CommandLine.Wrong(var reason, var usage) -> {
        System.err.println(reason);
        System.err.println(usage);
        System.exit(1);
      }
      case CommandLine.Run run -> run(run, machines);
    }
  }

  private static void run(CommandLine.Run run, Function<ConfigValues, Machine> machines) {
    BrokerLogging.setConsoleQuiet(run.isQuiet());
    Thread.setDefaultUncaughtExceptionHandler(new FatalErrors(() -> Runtime.getRuntime().halt(1)));
    BrokerLife life = null;
    try {
      ServerProperties properties = run.properties();
      BrokerConfig config = BrokerConfig.of(properties.toSettings());
      properties.warnings().forEach(LOG::warn);
      life = new BrokerLife(config, machines.apply(config.values()));
      BrokerAssembly broker = life.start();
      System.out.println(
          "Stoker is ready: broker "
              + broker.brokerId()
              + " at "
              + broker.bootstrapServers()
              + ", data in "
              + config.logDirs().getFirst());
      life.awaitEnd();
    } catch (ConfigException | StartException e) {
      fail(life, String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      LOG.error("The broker could not start", e);
      fail(life, "The broker could not start: " + e);
    } catch (InterruptedException e) {
      fail(life, "The broker was told to stop before it had started");
    }
  }

  private static void fail(@Nullable BrokerLife life, String reason) {
    LOG.debug("{}", reason);
    if (life != null && life.isToldToStop()) {
      // Not a failure: the process ends with the signal, once the stop is done.
      System.out.println("Stoker was told to stop before it was ready");
    } else {
      System.err.println(reason);
    }
    if (life != null) {
      life.startFailed();
    }
    System.exit(1);
  }
}
