package org.stoker.coordinator.group;

/**
 * Who sent a command.
 *
 * @param clientHost as Kafka prints it: {@code /10.0.0.7}
 */
public record ClientIdentity(String clientId, String clientHost) {}
