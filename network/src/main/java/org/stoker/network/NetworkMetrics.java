package org.stoker.network;

import java.util.concurrent.atomic.LongAdder;
import org.stoker.base.ThreadSafe;

/** What the network room counts; only ever grows, except where it says otherwise. */
@ThreadSafe
public final class NetworkMetrics {
  public final LongAdder connectionsAccepted = new LongAdder();
  public final LongAdder connectionsClosed = new LongAdder();

  /** Closed right after they were accepted, because of a limit. */
  public final LongAdder connectionsRefused = new LongAdder();

  /** Closed because they did nothing for {@code connections.max.idle.ms}. */
  public final LongAdder connectionsIdledOut = new LongAdder();

  /** Closed because a frame did not arrive in time, or a response was not taken in time. */
  public final LongAdder connectionsTimedOut = new LongAdder();

  /** Whole frames that arrived. */
  public final LongAdder requests = new LongAdder();

  /** Frames that closed their connection: bad length, unknown key or version, malformed body. */
  public final LongAdder requestsRejected = new LongAdder();

  public final LongAdder responses = new LongAdder();
  public final LongAdder bytesIn = new LongAdder();
  public final LongAdder bytesOut = new LongAdder();

  /** Times that reading stopped for want of request memory. */
  public final LongAdder waitsForMemory = new LongAdder();

  /** Goes down, too: response bytes handed to sockets and not yet taken by the kernel. */
  public final LongAdder responseBytesQueued = new LongAdder();
}
