package org.stoker.network;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import java.net.ConnectException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stoker.base.ConfinedTo;
import org.stoker.base.ThreadSafe;
import org.stoker.protocol.ApiKey;
import org.stoker.protocol.BufferGrowth;
import org.stoker.protocol.MalformedMessageException;
import org.stoker.protocol.Message;
import org.stoker.protocol.RequestFrame;
import org.stoker.protocol.ResponseFrame;
import org.stoker.protocol.WireWriter;
import org.stoker.protocol.message.ApiVersionsRequest;
import org.stoker.protocol.message.ApiVersionsResponse;
import org.stoker.records.RecordBytes;

/**
 * This broker's requests to another one: one connection, made when it is needed and made again
 * after it was lost. It lives on one event loop; answers come in the order of the requests.
 *
 * <pre>
 * idle ──first request──▶ connecting ──▶ asking for versions ──▶ open ──▶ idle, when it is lost
 * </pre>
 */
@ThreadSafe
public final class PeerClient implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PeerClient.class);
  private static final int MOST_WAITING = 1_000;
  private static final short OLDEST_VERSIONS_REQUEST = 3;
  private static final short HIGHEST_COMMON = -1;

  private final Environment environment;
  private final EventLoopContext loop;
  private final Transport transport;
  private final Target target;

  // On the event loop.
  private final ArrayDeque<Call> waiting = new ArrayDeque<>();
  private final ArrayDeque<Call> unanswered = new ArrayDeque<>();
  private final ByteBuffer buffer = ByteBuffer.allocate(16 << 10);
  private @Nullable Link link;
  private int lastCorrelationId;
  private boolean isClosed;

  /**
   * Whom to ask.
   *
   * @param clientId what the other one is told about who asks
   * @param connectTimeoutMs {@code socket.connection.setup.timeout.ms}
   * @param requestTimeoutMs a connection whose oldest request waits longer is given up
   */
  public record Target(
      String host, int port, String clientId, int connectTimeoutMs, int requestTimeoutMs) {}

  /** How a request ended. */
  public sealed interface Reply {
    /**
     * The answer; what it holds of the connection's memory is given back by {@code release}, to be
     * called once.
     */
    record Answer(Message body, Runnable release) implements Reply {}

    /**
     * Nobody knows whether the request was received.
     *
     * @param isRefused whether nobody listens there
     */
    record Lost(String reason, boolean isRefused) implements Reply {}
  }

  private record Call(
      Message request, short version, Consumer<Reply> onReply, long sinceNs, Sent sent) {}

  /** Filled in when the request leaves. */
  private static final class Sent {
    private int correlationId;
    private short version;
  }

  PeerClient(Environment environment, EventLoopContext loop, Transport transport, Target target) {
    this.environment = environment;
    this.loop = loop;
    this.transport = transport;
    this.target = target;
  }

  /**
   * Sends a request, in the highest version that both know.
   *
   * @param onReply called once; on the connection's event loop, so it returns at once
   */
  public void send(Message request, Consumer<Reply> onReply) {
    send(request, HIGHEST_COMMON, onReply);
  }

  /** The same in one version and no other, because the request says what only that one can say. */
  public void send(Message request, short version, Consumer<Reply> onReply) {
    var call = new Call(request, version, onReply, environment.clock().monotonicNs(), new Sent());
    try {
      loop.eventLoop().execute(() -> enqueue(call));
    } catch (RejectedExecutionException stopped) {
      onReply.accept(new Reply.Lost("the broker stops", false));
    }
  }

  /** Nothing is sent any more; what waits for an answer is lost. */
  @Override
  public void close() {
    try {
      loop.eventLoop()
          .execute(() -> {
            isClosed = true;
            lose("closed by this side", false);
          });
    } catch (RejectedExecutionException stopped) {
      LOG.debug("{} is closed with its event loop", target);
    }
  }

  @ConfinedTo(ConfinedTo.EVENT_LOOP)
  private void enqueue(Call call) {
    if (isClosed || waiting.size() + unanswered.size() >= MOST_WAITING) {
      call.onReply().accept(new Reply.Lost(isClosed ? "closed" : "too many requests wait", false));
      return;
    }
    waiting.add(call);
    Link open = link;
    if (open == null) {
      connect();
    } else if (open.isReady) {
      open.sendWaiting();
    }
  }

  private void connect() {
    var next = new Link();
    link = next;
    var bootstrap =
        new Bootstrap()
            .group(loop.eventLoop())
            .channelFactory(transport::newChannel)
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.SO_KEEPALIVE, true)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, target.connectTimeoutMs())
            .handler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    channel.config().setRecvByteBufAllocator(next.frames.receiver());
                    channel.pipeline().addLast(next.frames);
                  }
                });
    ChannelFuture connected = bootstrap.connect(target.host(), target.port());
    connected.addListener(_ -> next.connected(connected));
  }

  /** The connection is gone, and with it all that was asked; the next request makes another. */
  @ConfinedTo(ConfinedTo.EVENT_LOOP)
  private void lose(String reason, boolean isRefused) {
    Link lost = link;
    link = null;
    if (lost != null) {
      lost.close();
    }
    var calls = new ArrayDeque<>(unanswered);
    calls.addAll(waiting);
    unanswered.clear();
    waiting.clear();
    calls.forEach(call -> call.onReply().accept(new Reply.Lost(reason, isRefused)));
  }

  /** One connection, from its making to its end. */
  @ConfinedTo(ConfinedTo.EVENT_LOOP)
  private final class Link implements FrameDecoder.Sink {
    private final FrameDecoder frames;
    private @Nullable Channel channel;
    private @Nullable ApiVersionsResponse versions;
    private boolean isReady;
    private boolean isOver;

    Link() {
      frames =
          new FrameDecoder(
              this,
              loop.readBuffer(),
              environment.peerMemory(),
              environment.config().requests(),
              environment.metrics(),
              environment.clock());
    }

    void connected(ChannelFuture future) {
      if (!future.isSuccess()) {
        Throwable cause = future.cause();
        end(
            String.valueOf(cause == null ? "no connection" : cause.getMessage()),
            cause instanceof ConnectException);
        return;
      }
      Channel opened = future.channel();
      channel = opened;
      if (isOver) {
        var _ = opened.close();
        return;
      }
      opened.closeFuture().addListener(_ -> end("the other side closed the connection", false));
      watch();
      askForVersions();
    }

    private void askForVersions() {
      var call =
          new Call(
              new ApiVersionsRequest()
                  .setClientSoftwareName("stoker")
                  .setClientSoftwareVersion("broker"),
              OLDEST_VERSIONS_REQUEST,
              this::versionsAre,
              environment.clock().monotonicNs(),
              new Sent());
      // Every broker that this one may meet answers it in this version.
      write(call, ApiKey.API_VERSIONS, OLDEST_VERSIONS_REQUEST);
    }

    private void versionsAre(Reply reply) {
      if (reply instanceof Reply.Answer(Message body, Runnable release)) {
        release.run();
        if (body instanceof ApiVersionsResponse answer && answer.errorCode() == 0) {
          versions = answer;
          isReady = true;
          sendWaiting();
        } else {
          end("it does not tell which versions it knows", false);
        }
      }
    }

    void sendWaiting() {
      Call call;
      while (!isOver && (call = waiting.poll()) != null) {
        ApiKey key = ApiKey.forId(call.request().apiKey());
        short version = key == null ? -1 : versionOf(call, key);
        if (key == null || version < 0) {
          call.onReply().accept(new Reply.Lost("the other side does not know this request", false));
        } else {
          write(call, key, version);
        }
      }
    }

    private short versionOf(Call call, ApiKey key) {
      return call.version() == HIGHEST_COMMON ? commonVersion(key) : call.version();
    }

    private short commonVersion(ApiKey key) {
      ApiVersionsResponse theirs = versions;
      ApiVersionsResponse.ApiVersion known =
          theirs == null
              ? null
              : theirs.apiKeys().stream()
                  .filter(one -> one.apiKey() == key.id())
                  .findFirst()
                  .orElse(null);
      if (known == null) {
        // Requests between brokers are not advertised to clients; they are as old as this one.
        return key.highestStableVersion();
      }
      short highest = (short) Math.min(known.maxVersion(), key.highestStableVersion());
      return highest < known.minVersion() || highest < key.lowestVersion() ? -1 : highest;
    }

    private void write(Call call, ApiKey key, short version) {
      Channel open = channel;
      if (open == null) {
        return;
      }
      call.sent().correlationId = ++lastCorrelationId;
      call.sent().version = version;
      unanswered.add(call);
      var out = new WireWriter(buffer.clear(), BufferGrowth.DOUBLING);
      RequestFrame.write(
          out, key, version, call.sent().correlationId, target.clientId(), call.request());
      ByteBuf bytes = open.alloc().directBuffer(out.size(), out.size());
      out.forEachPart(new CopyInto(bytes));
      var _ = open.writeAndFlush(bytes);
    }

    /** Gives up when the oldest request has waited for too long. */
    private void watch() {
      var _ =
          loop.eventLoop()
              .schedule(
                  () -> {
                    Call oldest = unanswered.peekFirst();
                    long nowNs = environment.clock().monotonicNs();
                    if (isOver) {
                      return;
                    }
                    if (oldest != null
                        && (nowNs - oldest.sinceNs()) / 1_000_000 >= target.requestTimeoutMs()) {
                      end("no answer for " + target.requestTimeoutMs() + " ms", false);
                    } else {
                      watch();
                    }
                  },
                  Math.max(10, target.requestTimeoutMs() / 4),
                  TimeUnit.MILLISECONDS);
    }

    @Override
    public boolean acceptsFrames() {
      return !isOver;
    }

    @Override
    public void frameArrived(Frame frame) {
      Call call = unanswered.poll();
      if (call == null) {
        frame.release();
        end("it answers what was not asked", false);
        return;
      }
      ResponseFrame answer;
      try {
        ApiKey key = ApiKey.forId(call.request().apiKey());
        if (key == null) {
          throw new IllegalStateException("no such request: " + call.request());
        }
        answer = ResponseFrame.read(frame.bytes().nioBuffer(), key, call.sent().version);
      } catch (MalformedMessageException e) {
        frame.release();
        call.onReply().accept(new Reply.Lost("a malformed answer", false));
        end("a malformed answer: " + e.getMessage(), false);
        return;
      }
      if (answer.correlationId() != call.sent().correlationId) {
        frame.release();
        call.onReply().accept(new Reply.Lost("an answer to something else", false));
        end("an answer to something else", false);
        return;
      }
      call.onReply().accept(new Reply.Answer(answer.body(), frame::release));
    }

    @Override
    public void refuse(String reason) {
      end("it sent " + reason, false);
    }

    @Override
    public void readCompleted() {}

    @Override
    public void failed(Throwable cause) {
      end(String.valueOf(cause.getMessage()), false);
    }

    private void end(String reason, boolean isRefused) {
      if (isOver) {
        return;
      }
      LOG.debug("The connection to {} has ended: {}", target, reason);
      if (link == this) {
        lose(reason, isRefused);
      } else {
        close();
      }
    }

    void close() {
      isOver = true;
      frames.close();
      Channel open = channel;
      if (open != null) {
        var _ = open.close();
      }
    }
  }

  private record CopyInto(ByteBuf bytes) implements WireWriter.PartVisitor {
    @Override
    public void bytes(ByteBuffer part) {
      bytes.writeBytes(part);
    }

    @Override
    public void records(RecordBytes part) {
      throw new IllegalStateException("requests between brokers carry no records");
    }
  }
}
