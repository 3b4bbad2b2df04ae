package org.stoker.handlers;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stoker.metadata.Command.ConfigChange;
import org.stoker.metadata.Command.ConfigOperation;
import org.stoker.metadata.Result;
import org.stoker.protocol.ErrorCode;

/**
 * Changes how much this broker logs (KIP-412). It is a matter of the running process: the cluster
 * does not keep it, and the controller is not asked.
 */
final class LoggerAlterations {
  private static final Logger LOG = LoggerFactory.getLogger(LoggerAlterations.class);
  private static final List<String> LEVELS =
      List.of("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL");

  private final int brokerId;
  private final BrokerLoggers loggers;

  LoggerAlterations(int brokerId, BrokerLoggers loggers) {
    this.brokerId = brokerId;
    this.loggers = loggers;
  }

  /** All of the changes or, if one of them is wrong, none. */
  Result alter(String broker, List<ConfigChange> changes, boolean validateOnly) {
    Result problem = problemWithBroker(broker, brokerId);
    if (problem == null) {
      problem = problemWith(changes);
    }
    if (problem != null) {
      return problem;
    }
    if (!validateOnly) {
      changes.forEach(this::make);
    }
    return Result.OK;
  }

  /** Loggers belong to a process, so only that one can be asked. */
  private static @Nullable Result problemWithBroker(String broker, int brokerId) {
    int id;
    try {
      id = Integer.parseInt(broker);
    } catch (NumberFormatException e) {
      return invalid("Node id must be an integer, but it is: " + broker);
    }
    return id == brokerId
        ? null
        : invalid("Unexpected node id. Expected " + brokerId + ", but received " + id);
  }

  private @Nullable Result problemWith(List<ConfigChange> changes) {
    Map<String, String> known = loggers.levels();
    for (ConfigChange change : changes) {
      Result problem = problemWith(change, known);
      if (problem != null) {
        return problem;
      }
    }
    return null;
  }

  private static @Nullable Result problemWith(ConfigChange change, Map<String, String> known) {
    String level = change.value();
    return switch (change.operation()) {
      case APPEND, SUBTRACT ->
          invalid(change.operation() + " operation is not allowed for the BROKER_LOGGER resource");
      case SET, DELETE -> {
        if (!known.containsKey(change.key())) {
          yield new Result(ErrorCode.INVALID_CONFIG, "Logger " + change.key() + " does not exist!");
        }
        if (change.operation() == ConfigOperation.DELETE) {
          yield change.key().equals(BrokerLoggers.ROOT)
              ? invalid("Removing the log level of the root logger is not allowed")
              : null;
        }
        yield LEVELS.contains(level)
            ? null
            : new Result(
                ErrorCode.INVALID_CONFIG,
                "Cannot set the log level of "
                    + change.key()
                    + " to "
                    + level
                    + " as it is not a supported log level. Valid log levels are "
                    + String.join(", ", LEVELS));
      }
    };
  }

  private static Result invalid(String message) {
    return new Result(ErrorCode.INVALID_REQUEST, message);
  }

  private void make(ConfigChange change) {
    String level = change.value();
    if (change.operation() == ConfigOperation.SET && level != null) {
      loggers.setLevel(change.key(), level);
      LOG.warn("Logger {} logs from {} up now, as a client asked for", change.key(), level);
    } else {
      loggers.unsetLevel(change.key());
      LOG.warn("Logger {} logs what its parent does now, as a client asked for", change.key());
    }
  }
}
