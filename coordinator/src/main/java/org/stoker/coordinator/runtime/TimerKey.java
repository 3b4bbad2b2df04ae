package org.stoker.coordinator.runtime;

/**
 * Names one timer; setting another of the same name replaces it.
 *
 * @param owner what the timer is about, compared by value
 * @param name which of the owner's timers it is
 */
public record TimerKey(Object owner, String name) {}
