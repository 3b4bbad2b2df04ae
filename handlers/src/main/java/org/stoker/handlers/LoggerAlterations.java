package org.stoker.handlers;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
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
  private static final SortedSet<String> LEVELS =
      new TreeSet<>(List.of("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"));

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
  static @Nullable Result problemWithBroker(String broker, int brokerId) {
    return broker.equals(Integer.toString(brokerId))
        ? null
        : invalid("These are the loggers of broker " + brokerId + ", not of '" + broker + "'.");
  }

  private @Nullable Result problemWith(List<ConfigChange> changes) {
    Map<String, String> known = loggers.levels();
    Set<String> seen = new HashSet<>();
    for (ConfigChange change : changes) {
      Result problem =
          seen.add(change.key())
              ? problemWith(change, known)
              : invalid("Logger " + change.key() + " is in the request twice.");
      if (problem != null) {
        return problem;
      }
    }
    return null;
  }

  private static @Nullable Result problemWith(ConfigChange change, Map<String, String> known) {
    String level = change.value();
    return switch (change.operation()) {
      case APPEND, SUBTRACT -> invalid("A level is not a list: it is set, or deleted.");
      case SET, DELETE -> {
        if (!known.containsKey(change.key())) {
          yield new Result(
              ErrorCode.INVALID_CONFIG, "There is no logger '" + change.key() + "' here.");
        }
        if (change.operation() == ConfigOperation.DELETE) {
          yield change.key().equals(BrokerLoggers.ROOT)
              ? invalid("The root logger must have a level: all others inherit it.")
              : null;
        }
        if (level == null) {
          yield invalid("The level of " + change.key() + " is null.");
        }
        yield LEVELS.contains(level)
            ? null
            : new Result(
                ErrorCode.INVALID_CONFIG,
                "'"
                    + level
                    + "' is no level for "
                    + change.key()
                    + "; these are: "
                    + String.join(", ", LEVELS)
                    + ".");
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
