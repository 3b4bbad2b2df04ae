package org.stoker.broker;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.spi.ContextAwareBase;
import org.slf4j.LoggerFactory;

/**
 * How the broker logs: to the terminal, one line an event; in code, because reading a file would be
 * a good part of the start. {@code -Dstoker.log.level=DEBUG} shows more.
 */
public final class BrokerLogging extends ContextAwareBase implements Configurator {
  private static final String PATTERN =
      "[%d{yyyy-MM-dd HH:mm:ss.SSS}] %-5level %msg \\(%logger{0}\\)%n";

  @Override
  public ExecutionStatus configure(LoggerContext context) {
    PatternLayoutEncoder encoder = new PatternLayoutEncoder();
    encoder.setContext(context);
    encoder.setPattern(PATTERN);
    encoder.start();
    ConsoleAppender<ILoggingEvent> console = new ConsoleAppender<>();
    console.setContext(context);
    console.setName("console");
    console.setEncoder(encoder);
    console.start();
    Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    root.addAppender(console);
    root.setLevel(Level.WARN);
    context
        .getLogger("org.stoker")
        .setLevel(Level.toLevel(System.getProperty("stoker.log.level"), Level.INFO));
    // It says in many lines what the broker says in one.
    context.getLogger("org.apache.zookeeper").setLevel(Level.ERROR);
    // Of a quorum these two call each connection that ends an error, with a stack trace.
    context.getLogger("org.apache.zookeeper.server.quorum.LearnerHandler").setLevel(Level.OFF);
    context.getLogger("org.apache.zookeeper.server.quorum.QuorumCnxManager").setLevel(Level.OFF);
    return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
  }

  /** Whether only warnings and errors are shown. */
  static void setConsoleQuiet(boolean isQuiet) {
    if (isQuiet
        && System.getProperty("stoker.log.level") == null
        && LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
      context.getLogger("org.stoker").setLevel(Level.WARN);
    }
  }
}
