package org.stoker.broker;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import java.util.Map;
import java.util.TreeMap;
import org.stoker.handlers.BrokerLoggers;

/** Logback's loggers, which there are as soon as a class of that name or below it is used. */
final class LogbackLoggers implements BrokerLoggers {
  private final LoggerContext context;

  LogbackLoggers(LoggerContext context) {
    this.context = context;
  }

  @Override
  public Map<String, String> levels() {
    Map<String, String> levels = new TreeMap<>();
    for (Logger logger : context.getLoggerList()) {
      boolean isRoot = logger.getName().equals(Logger.ROOT_LOGGER_NAME);
      levels.put(isRoot ? ROOT : logger.getName(), logger.getEffectiveLevel().toString());
    }
    return levels;
  }

  @Override
  public void setLevel(String logger, String level) {
    // Logback knows nothing above ERROR.
    logger(logger).setLevel(level.equals("FATAL") ? Level.ERROR : Level.valueOf(level));
  }

  @Override
  public void unsetLevel(String logger) {
    logger(logger).setLevel(null);
  }

  private Logger logger(String name) {
    return context.getLogger(name.equals(ROOT) ? Logger.ROOT_LOGGER_NAME : name);
  }
}
