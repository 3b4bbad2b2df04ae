package org.stoker.tools;

/** One command of the command line; it returns its exit code and never ends the process itself. */
@FunctionalInterface
interface Tool {
  int run(String[] args, Terminal terminal) throws Exception;
}
