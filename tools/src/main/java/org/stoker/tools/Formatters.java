package org.stoker.tools;

import org.apache.kafka.common.MessageFormatter;

/** Finds the formatter behind a class name: Kafka's names mean ours, any other is loaded. */
final class Formatters {
  private static final String KAFKA = "org.apache.kafka.tools.consumer.";

  private Formatters() {}

  static MessageFormatter named(String className) throws ReflectiveOperationException {
    return switch (className) {
      case KAFKA + "DefaultMessageFormatter" -> new DefaultFormatter();
      case KAFKA + "LoggingMessageFormatter" -> new LoggingFormatter();
      case KAFKA + "NoOpMessageFormatter" -> (_, _) -> {};
      default ->
          Class.forName(className)
              .asSubclass(MessageFormatter.class)
              .getDeclaredConstructor()
              .newInstance();
    };
  }
}
