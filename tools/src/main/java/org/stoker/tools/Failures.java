package org.stoker.tools;

import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.KafkaException;

/** Turns an exception into the one sentence that a person gets to read. */
final class Failures {
  private Failures() {}

  /** The reason behind the wrappers that futures and the client put around it. */
  static Throwable reason(Throwable failure) {
    Throwable reason = failure;
    while (reason.getCause() != null
        && (reason instanceof ExecutionException || reason.getClass() == RuntimeException.class)) {
      reason = reason.getCause();
    }
    return reason;
  }

  static String sentence(Throwable failure) {
    Throwable reason = reason(failure);
    String message = reason.getMessage();
    // The client says only that it could not be constructed; what was wrong is one cause below.
    if (reason.getClass() == KafkaException.class && reason.getCause() != null) {
      String below = reason.getCause().getMessage();
      return below == null ? String.valueOf(message) : message + ": " + below;
    }
    return message == null ? reason.getClass().getSimpleName() : message;
  }
}
