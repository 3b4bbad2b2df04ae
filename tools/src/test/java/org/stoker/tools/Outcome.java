package org.stoker.tools;

/** What a tool left behind. */
record Outcome(int exitCode, String out, String err) {}
