package org.stoker.access;

/**
 * The identity that a connection has proved, or that nobody asked it to prove.
 *
 * @param type {@code User} for all that Kafka's authenticators establish
 */
public record Principal(String type, String name) {
  public static final String USER = "User";

  /** Whoever comes over a listener that authenticates nobody. */
  public static final Principal ANONYMOUS = new Principal(USER, "ANONYMOUS");

  /** As ACLs and logs write it: {@code User:alice}. */
  @Override
  public String toString() {
    return type + ":" + name;
  }
}
