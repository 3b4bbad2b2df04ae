package org.stoker.simulation;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.AppenderBase;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.LoggerFactory;
import org.stoker.base.ConfinedTo;

/**
 * What brokers log in a run, told among the other lines of its trace and with the time of the
 * simulation: two replays of a seed tell the same lines.
 */
@ConfinedTo(ConfinedTo.ONE_THREAD)
final class LogLines extends AppenderBase<ILoggingEvent> implements AutoCloseable {
  private final Logger root;
  private final List<Appender<ILoggingEvent>> others = new ArrayList<>();
  private final Trace trace;

  private LogLines(Trace trace, LoggerContext context) {
    this.trace = trace;
    this.root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    setContext(context);
  }

  /** Takes the place of all appenders until it is closed. */
  static LogLines into(Trace trace) {
    var lines = new LogLines(trace, (LoggerContext) LoggerFactory.getILoggerFactory());
    lines.root.iteratorForAppenders().forEachRemaining(lines.others::add);
    lines.others.forEach(lines.root::detachAppender);
    lines.start();
    lines.root.addAppender(lines);
    return lines;
  }

  @Override
  protected void append(ILoggingEvent event) {
    String logger = event.getLoggerName();
    IThrowableProxy thrown = event.getThrowableProxy();
    trace.logged(
        "%s %s: %s%s"
            .formatted(
                event.getLevel(),
                logger.substring(logger.lastIndexOf('.') + 1),
                event.getFormattedMessage(),
                // Without its stack, in which the names of lambdas are each process's own.
                thrown == null ? "" : ": " + thrown.getClassName() + ": " + thrown.getMessage()));
  }

  @Override
  public void close() {
    root.detachAppender(this);
    stop();
    others.forEach(root::addAppender);
  }
}
