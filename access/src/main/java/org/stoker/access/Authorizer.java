package org.stoker.access;

/** Decides who may do what; asked on event loops, so it never waits. */
@FunctionalInterface
public interface Authorizer {
  /** Everybody may do everything. */
  Authorizer ALLOWS_ALL = (_, _, _, _) -> true;

  /**
   * Whether the principal may do this.
   *
   * @param name of the resource; of the cluster {@link ResourceType#THE_CLUSTER}
   */
  boolean isAllowed(Principal principal, Operation operation, ResourceType type, String name);
}
