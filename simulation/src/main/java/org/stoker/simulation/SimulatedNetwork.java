package org.stoker.simulation;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.stoker.base.ConfinedTo;
import org.stoker.base.Seed;
import org.stoker.testkit.SimulatedClock;

/**
 * Connections between processes, as TCP has them: bytes of one direction arrive in order or not at
 * all, a loss ends the connection, a dead process closes what it had, a cut cable says nothing.
 */
@ConfinedTo(ConfinedTo.ONE_THREAD)
final class SimulatedNetwork {
  private static final int CONNECT_PATIENCE_MS = 1_000;
  private static final int RETRANSMIT_MS = 25;
  private static final int LONGEST_SILENCE_MS = 2_000;

  private final SimulatedClock clock;
  private final Seed seed;
  private final Trace trace;
  private final Counters counters;
  private final Map<Integer, Host> hosts = new TreeMap<>();
  private final Set<Long> cut = new TreeSet<>();
  private final Set<Integer> silent = new TreeSet<>();
  private final List<Connection> connections = new ArrayList<>();
  private int longestDelayMs = 2;
  private int lossesPerMillion;

  /** Who listens on a machine. */
  record Host(SimulatedProcess process, Consumer<End> onAccept) {}

  /** How an attempt to connect ended. */
  sealed interface Attempt {
    record Connected(End end) implements Attempt {}

    /** The machine answered that nobody listens. */
    record Refused() implements Attempt {}

    record NoAnswer() implements Attempt {}
  }

  SimulatedNetwork(SimulatedClock clock, Seed seed, Trace trace, Counters counters) {
    this.counters = counters;
    this.clock = clock;
    this.seed = seed;
    this.trace = trace;
  }

  Counters counters() {
    return counters;
  }

  // ---- The weather.

  void longestDelayMs(int longestMs) {
    longestDelayMs = longestMs;
  }

  void lossesPerMillion(int losses) {
    lossesPerMillion = losses;
  }

  /** From now on nothing gets from one machine to the other; the way back is another matter. */
  void cut(int from, int to) {
    cut.add(way(from, to));
  }

  void heal() {
    cut.clear();
  }

  private boolean isCut(int from, int to) {
    return cut.contains(way(from, to)) || silent.contains(from) || silent.contains(to);
  }

  private static long way(int from, int to) {
    return from * 1_000L + to;
  }

  // ---- Machines.

  void listen(int node, Host host) {
    silent.remove(node);
    hosts.put(node, host);
  }

  /** The process is gone, and its machine says so to whoever asks. */
  void processDied(int node, SimulatedProcess process) {
    Host host = hosts.get(node);
    if (host != null && host.process() == process) {
      hosts.remove(node);
    }
    for (Connection connection : List.copyOf(connections)) {
      if (connection.isOf(process)) {
        connection.breakOff();
      }
    }
  }

  /** The machine is gone, and says nothing. */
  void machineDied(int node) {
    silent.add(node);
    hosts.remove(node);
  }

  // ---- Connections.

  void connect(SimulatedProcess from, int fromNode, int toNode, Consumer<Attempt> onAttempt) {
    clock.after(
        delayMs(),
        () -> {
          if (isCut(fromNode, toNode) || isCut(toNode, fromNode)) {
            clock.after(
                CONNECT_PATIENCE_MS,
                () -> from.execute(() -> onAttempt.accept(new Attempt.NoAnswer())));
            return;
          }
          Host host = hosts.get(toNode);
          if (host == null || host.process().isDead()) {
            from.execute(() -> onAttempt.accept(new Attempt.Refused()));
            return;
          }
          var made = new Connection(fromNode, from, toNode, host.process());
          connections.add(made);
          host.process().execute(() -> host.onAccept().accept(made.server));
          from.execute(() -> onAttempt.accept(new Attempt.Connected(made.client)));
        });
  }

  /** Breaks some connection with what is on the way. */
  void breakOne() {
    if (!connections.isEmpty()) {
      connections.get(seed.nextInt(connections.size())).breakOff();
    }
  }

  private int delayMs() {
    return seed.nextInt(longestDelayMs + 1);
  }

  private final class Connection {
    final End client;
    final End server;
    boolean isBroken;

    Connection(int clientNode, SimulatedProcess client, int serverNode, SimulatedProcess server) {
      this.client = new End(this, clientNode, client);
      this.server = new End(this, serverNode, server);
    }

    boolean isOf(SimulatedProcess process) {
      return client.process == process || server.process == process;
    }

    End otherThan(End end) {
      return end == client ? server : client;
    }

    void breakOff() {
      if (!isBroken) {
        isBroken = true;
        connections.remove(this);
        trace.note("break", client.node, server.node, () -> client.node + " from " + server.node);
        client.tellSoon();
        server.tellSoon();
      }
    }
  }

  /** One side of a connection, as the process on that side has it. */
  final class End {
    private final Connection connection;
    private final int node;
    private final SimulatedProcess process;
    // Frames that the other side sent and this one has not got.
    private final ArrayDeque<ByteBuffer> arriving = new ArrayDeque<>();
    private final ArrayDeque<ByteBuffer> inbox = new ArrayDeque<>();
    private long lastArrivalNs;
    private long heldUpSinceNs = -1;
    private @Nullable Consumer<ByteBuffer> onFrame;
    private @Nullable Runnable onEnd;
    private boolean isOver;

    private End(Connection connection, int node, SimulatedProcess process) {
      this.connection = connection;
      this.node = node;
      this.process = process;
    }

    /** Called at once by who got this end; each is called on a task of its process. */
    void listen(Consumer<ByteBuffer> frames, Runnable end) {
      onFrame = frames;
      onEnd = end;
      readInbox();
      if (connection.isBroken) {
        tellSoon();
      }
    }

    int otherNode() {
      return connection.otherThan(this).node;
    }

    void send(ByteBuffer frame) {
      if (connection.isBroken) {
        return;
      }
      if (seed.nextInt(1_000_000) < lossesPerMillion) {
        connection.breakOff();
        return;
      }
      connection.otherThan(this).comes(frame);
    }

    /** Ends it from this side, without a word to this side. */
    void close() {
      isOver = true;
      connection.breakOff();
    }

    private void comes(ByteBuffer frame) {
      arriving.add(frame);
      lastArrivalNs = Math.max(lastArrivalNs, clock.monotonicNs() + delayMs() * 1_000_000L);
      clock.after((lastArrivalNs - clock.monotonicNs()) / 1_000_000, this::arrive);
    }

    /** The oldest frame arrives, whichever it was that this moment was meant for. */
    private void arrive() {
      if (connection.isBroken || arriving.isEmpty()) {
        return;
      }
      if (process.isDead()) {
        // Its machine has started again, and knows nothing of this connection.
        connection.breakOff();
        return;
      }
      if (isCut(otherNode(), node)) {
        if (heldUpSinceNs < 0) {
          heldUpSinceNs = clock.monotonicNs();
        }
        if (clock.monotonicNs() - heldUpSinceNs > LONGEST_SILENCE_MS * 1_000_000L) {
          connection.breakOff();
        } else {
          clock.after(RETRANSMIT_MS, this::arrive);
        }
        return;
      }
      heldUpSinceNs = -1;
      inbox.add(arriving.remove());
      process.execute(this::readInbox);
    }

    private void readInbox() {
      Consumer<ByteBuffer> reader = onFrame;
      while (reader != null && !isOver && !inbox.isEmpty()) {
        ByteBuffer frame = inbox.remove();
        trace.note(
            "frame", node, frame.remaining(), () -> "of " + frame.remaining() + " to " + node);
        reader.accept(frame);
      }
    }

    private void tellSoon() {
      // A side that is cut off from the other learns nothing, until it gives up by itself.
      long delayMs = isCut(otherNode(), node) ? LONGEST_SILENCE_MS : delayMs();
      clock.after(delayMs, () -> process.execute(this::tell));
    }

    private void tell() {
      Runnable told = onEnd;
      if (!isOver && told != null) {
        isOver = true;
        told.run();
      }
    }
  }
}
