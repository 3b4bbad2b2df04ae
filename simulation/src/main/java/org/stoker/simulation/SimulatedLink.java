package org.stoker.simulation;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.stoker.base.ConfinedTo;
import org.stoker.protocol.ApiKey;
import org.stoker.protocol.Message;
import org.stoker.protocol.RequestFrame;
import org.stoker.protocol.ResponseFrame;
import org.stoker.protocol.WireWriter;
import org.stoker.protocol.message.FetchResponse;
import org.stoker.replication.PeerLink;

/**
 * Requests to one machine as bytes over one connection, which is made when it is needed. Brokers
 * and clients use the same.
 */
@ConfinedTo(ConfinedTo.ONE_THREAD)
final class SimulatedLink implements PeerLink {
  private static final short HIGHEST = -1;
  private static final int FIRST_BYTES = 512;

  private final SimulatedNetwork network;
  private final SimulatedProcess process;
  private final Route route;
  private final ArrayDeque<Call> waiting = new ArrayDeque<>();
  private final ArrayDeque<Call> unanswered = new ArrayDeque<>();
  private @Nullable Open open;
  private int lastCorrelationId;
  private long attempts;
  private boolean isClosed;

  /**
   * Who asks whom.
   *
   * @param requestTimeoutMs a connection whose request waits longer is given up
   */
  record Route(int from, int to, String clientId, int requestTimeoutMs) {}

  /** Null if there will be no answer. */
  private record Call(
      ApiKey key, short version, Message request, @Nullable Consumer<Reply> onReply) {
    void reply(Reply reply) {
      if (onReply != null) {
        onReply.accept(reply);
      }
    }
  }

  /** One connection, from the attempt to its end. */
  private static final class Open {
    private SimulatedNetwork.@Nullable End end;
  }

  SimulatedLink(SimulatedNetwork network, SimulatedProcess process, Route route) {
    this.network = network;
    this.process = process;
    this.route = route;
  }

  @Override
  public void send(Message request, Consumer<Reply> onReply) {
    send(request, HIGHEST, onReply);
  }

  /** Sends what the other side does not answer. */
  void tell(Message request) {
    call(request, HIGHEST, null);
  }

  /** How many connections it has tried to make. */
  long attempts() {
    return attempts;
  }

  @Override
  public void send(Message request, short version, Consumer<Reply> onReply) {
    call(request, version, onReply);
  }

  private void call(Message request, short version, @Nullable Consumer<Reply> onReply) {
    ApiKey key = ApiKey.forId(request.apiKey());
    if (key == null) {
      throw new IllegalArgumentException(request + " is no request");
    }
    var call =
        new Call(key, version == HIGHEST ? key.highestStableVersion() : version, request, onReply);
    if (isClosed) {
      process.execute(() -> call.reply(new Reply.Lost("closed")));
      return;
    }
    waiting.add(call);
    Open current = open;
    if (current == null) {
      connect();
    } else if (current.end != null) {
      sendWaiting(current.end);
    }
  }

  private void connect() {
    attempts++;
    var attempt = new Open();
    open = attempt;
    network.connect(
        process,
        route.from(),
        route.to(),
        outcome -> {
          switch (outcome) {
            case SimulatedNetwork.Attempt.Connected(var end) -> connected(attempt, end);
            case SimulatedNetwork.Attempt.Refused _ -> lose(attempt, "refused");
            case SimulatedNetwork.Attempt.NoAnswer _ -> lose(attempt, "no answer");
          }
        });
  }

  private void connected(Open attempt, SimulatedNetwork.End end) {
    if (open != attempt) {
      end.close();
      return;
    }
    attempt.end = end;
    end.listen(frame -> answered(attempt, frame), () -> lose(attempt, "the connection ended"));
    sendWaiting(end);
  }

  private void sendWaiting(SimulatedNetwork.End end) {
    Call call;
    while ((call = waiting.poll()) != null) {
      if (call.onReply() != null) {
        unanswered.add(call);
        watch(call);
      }
      var out = new WireWriter(FIRST_BYTES);
      RequestFrame.write(
          out, call.key(), call.version(), ++lastCorrelationId, route.clientId(), call.request());
      end.send(out.toByteBuffer());
    }
  }

  private void watch(Call call) {
    process.after(
        route.requestTimeoutMs(),
        () -> {
          Open current = open;
          if (current != null && unanswered.contains(call)) {
            lose(current, "no answer in time");
          }
        });
  }

  private void answered(Open from, ByteBuffer frame) {
    Call call = open == from ? unanswered.poll() : null;
    if (call != null) {
      ByteBuffer body = frame.slice(Integer.BYTES, frame.remaining() - Integer.BYTES);
      Message answer = ResponseFrame.read(body, call.key(), call.version()).body();
      if (answer instanceof FetchResponse fetched) {
        countTruncations(fetched);
      }
      call.reply(new Reply.Answer(answer, () -> {}));
    }
  }

  private void countTruncations(FetchResponse fetched) {
    for (var topic : fetched.responses()) {
      for (var partition : topic.partitions()) {
        if (partition.divergingEpoch().epoch() >= 0) {
          network.counters().count(Counters.TRUNCATIONS);
        }
      }
    }
  }

  private void lose(Open lost, String reason) {
    if (open != lost) {
      return;
    }
    open = null;
    if (lost.end != null) {
      lost.end.close();
    }
    List<Call> calls = new ArrayList<>(unanswered);
    calls.addAll(waiting);
    unanswered.clear();
    waiting.clear();
    calls.forEach(call -> call.reply(new Reply.Lost(reason)));
  }

  @Override
  public void close() {
    isClosed = true;
    Open current = open;
    if (current != null) {
      lose(current, "closed by this side");
    }
  }
}
