package org.stoker.simulation;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.stoker.access.Authorizer;
import org.stoker.access.Operation;
import org.stoker.access.Principal;
import org.stoker.access.ResourceType;
import org.stoker.network.InOrder;
import org.stoker.network.RequestContext;
import org.stoker.network.ResponseOrder.Slot;
import org.stoker.protocol.Message;
import org.stoker.protocol.RequestFrame;

/** A request that came over the simulated network. */
final class SimulatedRequest extends RequestContext {
  private final ServerConnection connection;
  private final Slot<ByteBuffer, ByteBuffer> slot;
  private final long receivedAtNs;
  private final int sizeInBytes;

  SimulatedRequest(
      ServerConnection connection,
      Slot<ByteBuffer, ByteBuffer> slot,
      RequestFrame.Request decoded,
      int sizeInBytes) {
    super(decoded.key(), decoded.header(), decoded.readBody());
    this.connection = connection;
    this.slot = slot;
    this.receivedAtNs = connection.clock().monotonicNs();
    this.sizeInBytes = sizeInBytes;
  }

  @Override
  public InetAddress clientAddress() {
    return Machines.addressOf(connection.client()).getAddress();
  }

  @Override
  public InetSocketAddress localAddress() {
    return Machines.addressOf(connection.self());
  }

  @Override
  public String listenerName() {
    return Machines.LISTENER;
  }

  @Override
  public String connectionId() {
    return "m" + connection.self() + "-m" + connection.client();
  }

  @Override
  public Principal principal() {
    return Principal.ANONYMOUS;
  }

  @Override
  public boolean isAllowed(
      Principal principal, Operation operation, ResourceType type, String name) {
    return Authorizer.ALLOWS_ALL.isAllowed(principal, operation, type, name);
  }

  @Override
  public @Nullable Enclosed readEnclosed(ByteBuffer frame) {
    return RequestFrame.parse(frame) instanceof RequestFrame.Request request
        ? new Enclosed(request.key(), request.header(), request.readBody())
        : null;
  }

  @Override
  public void whenGone(Runnable task) {
    connection.whenGone(slot, task);
  }

  @Override
  public long receivedAtNs() {
    return receivedAtNs;
  }

  @Override
  public int sizeInBytes() {
    return sizeInBytes;
  }

  @Override
  public Executor eventLoop() {
    return connection.process();
  }

  @Override
  public InOrder inOrder() {
    return connection.inOrder();
  }

  @Override
  public void whenNextArrives(Runnable task) {
    connection.whenNextArrives(slot, task);
  }

  @Override
  protected void answer(@Nullable Message body) {
    connection.answer(this, slot, body);
  }

  @Override
  protected void closeInsteadOfAnswer(String reason) {
    connection.close();
    connection.answer(this, slot, null);
  }
}
