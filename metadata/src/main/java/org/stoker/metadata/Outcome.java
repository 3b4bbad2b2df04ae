package org.stoker.metadata;

/**
 * How a request to the coordination service ended; callers must choose for each of these, above all
 * for {@link Unknown}. A failed multi names the change that stood in its way, counted from 0.
 */
public sealed interface Outcome<T> {
  record Ok<T>(T value) implements Outcome<T> {}

  record NoNode<T>(int change) implements Outcome<T> {}

  record BadVersion<T>(int change) implements Outcome<T> {}

  record NodeExists<T>(int change) implements Outcome<T> {}

  /** A node with children cannot be deleted. */
  record NotEmpty<T>(int change) implements Outcome<T> {}

  /** The connection was lost before the answer: a write may have happened, or may not. */
  record Unknown<T>() implements Outcome<T> {}

  /** The session is over, and its ephemeral nodes are gone or will be; nothing was written. */
  record Expired<T>() implements Outcome<T> {}

  /** The service declined for a reason that trying again does not change. */
  record Refused<T>(String reason) implements Outcome<T> {}

  /** What a write answers: there is nothing to say beyond that it happened. */
  enum Done {
    DONE
  }
}
