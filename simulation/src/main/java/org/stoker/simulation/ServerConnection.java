package org.stoker.simulation;

import java.nio.ByteBuffer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.stoker.base.Clock;
import org.stoker.base.ConfinedTo;
import org.stoker.handlers.Dispatcher;
import org.stoker.network.InOrder;
import org.stoker.network.ResponseOrder;
import org.stoker.network.ResponseOrder.Slot;
import org.stoker.protocol.ApiKey;
import org.stoker.protocol.Message;
import org.stoker.protocol.RequestFrame;
import org.stoker.protocol.ResponseFrame;
import org.stoker.protocol.WireWriter;

/** A broker's side of a connection: the same order of requests and answers as over a socket. */
@ConfinedTo(ConfinedTo.ONE_THREAD)
final class ServerConnection {
  private static final int FIRST_BYTES = 512;

  private final SimulatedProcess process;
  private final World world;
  private final Supplier<@Nullable Dispatcher> handlers;
  private final SimulatedNetwork.End end;
  private final int self;
  private final ResponseOrder<ByteBuffer, ByteBuffer> order = new ResponseOrder<>();
  private final InOrder inOrder = new InOrder();
  private boolean isPumping;
  private boolean isOver;

  ServerConnection(
      SimulatedProcess process,
      World world,
      Supplier<@Nullable Dispatcher> handlers,
      SimulatedNetwork.End end,
      int self) {
    this.process = process;
    this.world = world;
    this.handlers = handlers;
    this.end = end;
    this.self = self;
  }

  void open() {
    end.listen(this::arrived, this::ended);
  }

  private void ended() {
    isOver = true;
    order.end(process::execute);
  }

  private void arrived(ByteBuffer frame) {
    ByteBuffer content = frame.slice(Integer.BYTES, frame.remaining() - Integer.BYTES);
    order.arrived(content, content.getShort(0) == ApiKey.PRODUCE.id());
    pump();
  }

  private void pump() {
    if (isPumping) {
      return;
    }
    isPumping = true;
    Slot<ByteBuffer, ByteBuffer> next;
    do {
      order.leave(end::send);
      next = isOver ? null : order.start();
      if (next != null) {
        start(next);
      }
    } while (next != null);
    order.leave(end::send);
    isPumping = false;
  }

  private void start(Slot<ByteBuffer, ByteBuffer> slot) {
    Dispatcher serving = handlers.get();
    if (serving != null
        && RequestFrame.parse(slot.request()) instanceof RequestFrame.Request request
        && serving.served().on(true).isSupported(request.key(), request.version())) {
      world
          .trace()
          .note(
              "request",
              request.key().id(),
              self,
              () ->
                  request.key().apiName()
                      + " v"
                      + request.version()
                      + " of "
                      + client()
                      + " at "
                      + self);
      serving.dispatch(new SimulatedRequest(this, slot, request, slot.request().capacity()));
    } else {
      close();
      order.answered(slot, null);
    }
  }

  void answer(SimulatedRequest request, Slot<ByteBuffer, ByteBuffer> slot, @Nullable Message body) {
    // From whatever thread it came: the connection's own goes on with it.
    process.execute(() -> {
      order.answered(slot, body == null || isOver ? null : bytesOf(request, body));
      pump();
    });
  }

  void whenNextArrives(Slot<ByteBuffer, ByteBuffer> slot, Runnable task) {
    order.whenNextArrives(slot, () -> process.execute(task));
  }

  void whenGone(Slot<ByteBuffer, ByteBuffer> slot, Runnable task) {
    if (isOver) {
      process.execute(task);
    } else {
      order.whenEnded(slot, task);
    }
  }

  private static ByteBuffer bytesOf(SimulatedRequest request, Message body) {
    var out = new WireWriter(FIRST_BYTES);
    ResponseFrame.write(out, request.apiKey(), request.version(), request.correlationId(), body);
    return out.toByteBuffer();
  }

  void close() {
    end.close();
    ended();
  }

  InOrder inOrder() {
    return inOrder;
  }

  SimulatedProcess process() {
    return process;
  }

  Clock clock() {
    return world.clock();
  }

  int self() {
    return self;
  }

  int client() {
    return end.otherNode();
  }
}
