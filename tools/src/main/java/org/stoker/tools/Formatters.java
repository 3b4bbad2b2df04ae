package org.stoker.tools;

import java.io.IOException;
import org.apache.kafka.common.MessageFormatter;

/** Finds the formatter behind a class name: Kafka's names mean ours, any other is loaded. */
final class Formatters {
  private static final String KAFKA = "org.apache.kafka.tools.consumer.";

  // The types of records in the topic of groups.
  private static final String GROUPS = "group-coordinator";
  private static final int OFFSET_COMMIT = 1;
  private static final int GROUP_METADATA = 2;
  private static final int FIRST_OF_SHARE_GROUPS = 10;
  private static final int LAST_OF_SHARE_GROUPS = 15;

  private Formatters() {}

  static MessageFormatter named(String className) throws ReflectiveOperationException, IOException {
    return switch (className) {
      case KAFKA + "DefaultMessageFormatter" -> new DefaultFormatter();
      case KAFKA + "LoggingMessageFormatter" -> new LoggingFormatter();
      case KAFKA + "NoOpMessageFormatter" -> (_, _) -> {};
      case KAFKA + "OffsetsMessageFormatter" ->
          new InternalTopicFormatter(GROUPS, type -> type <= OFFSET_COMMIT);
      case KAFKA + "GroupMetadataMessageFormatter" ->
          new InternalTopicFormatter(GROUPS, type -> type == GROUP_METADATA);
      case KAFKA + "ShareGroupMessageFormatter" ->
          new InternalTopicFormatter(
              GROUPS, type -> type >= FIRST_OF_SHARE_GROUPS && type <= LAST_OF_SHARE_GROUPS);
      case KAFKA + "TransactionLogMessageFormatter" ->
          new InternalTopicFormatter("transaction-coordinator", _ -> true);
      case KAFKA + "group.share.ShareGroupStateMessageFormatter" ->
          new InternalTopicFormatter("share-coordinator", _ -> true);
      default ->
          Class.forName(className)
              .asSubclass(MessageFormatter.class)
              .getDeclaredConstructor()
              .newInstance();
    };
  }
}
