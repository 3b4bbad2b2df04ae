package org.stoker.broker;

import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;
import org.stoker.base.Disk;

/** The broker's process, put together by a test on a disk that does not keep its promises. */
final class BrokerOnBadDisk {
  /** What is wrong with the disk. */
  enum Kind {
    LAGGING,
    TRUSTING,
    FAILING_SYNC
  }

  private BrokerOnBadDisk() {}

  /** The kind, then what {@link BrokerMain} takes. */
  public static void main(String[] arguments) {
    UnaryOperator<Disk> bad =
        switch (Kind.valueOf(arguments[0].toUpperCase(Locale.ROOT))) {
          case LAGGING -> LaggingDisk::new;
          case TRUSTING -> TrustingDisk::new;
          case FAILING_SYNC -> FailingSyncDisk::new;
        };
    List<String> rest = List.of(arguments).subList(1, arguments.length);
    BrokerMain.run(rest, values -> on(Machine.of(values), bad));
  }

  /** The same machine with another disk. */
  static Machine on(Machine machine, UnaryOperator<Disk> disk) {
    return new Machine(
        machine.threads(),
        machine.clock(),
        machine.cpu(),
        machine.seed(),
        disk.apply(machine.disk()),
        machine.appends(),
        machine.reads(),
        machine.checks(),
        machine.chores(),
        machine.network(),
        machine.heapBytes(),
        machine.inFlight());
  }
}
