package org.stoker.handlers;

import java.util.Map;

/** What this broker logs, and how much of it; {@code broker} plugs in the logging framework. */
public interface BrokerLoggers {
  /** The logger that all others inherit from. */
  String ROOT = "root";

  /** The level in force of every logger there is. */
  Map<String, String> levels();

  /** Takes one of Kafka's levels, of which a framework may join some. */
  void setLevel(String logger, String level);

  /** From now on it inherits. */
  void unsetLevel(String logger);
}
