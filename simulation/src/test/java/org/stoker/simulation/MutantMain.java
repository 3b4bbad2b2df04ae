package org.stoker.simulation;

import ch.qos.logback.classic.Level;
import java.util.List;

/** Says which seed finds each mutation first: {@code MutantMain [mutation] [most seeds]}. */
final class MutantMain {
  private MutantMain() {}

  public static void main(String[] arguments) throws Exception {
    SimulateCommand.quieten(Level.OFF);
    long most = arguments.length > 1 ? Long.parseLong(arguments[1]) : 2_000;
    for (Mutation mutation : Mutation.values()) {
      if (arguments.length > 0 && !List.of(arguments[0].split(",")).contains(mutation.name())) {
        continue;
      }
      Mutant mutant = Mutant.of(mutation);
      List<String> found = List.of();
      long seed = 0;
      while (found.isEmpty() && seed < most) {
        seed++;
        found = mutant.violationsOf(seed);
      }
      System.out.println(
          mutation
              + (found.isEmpty()
                  ? " NOT FOUND in " + seed
                  : " seed " + seed + ": " + found.getFirst()));
    }
  }
}
