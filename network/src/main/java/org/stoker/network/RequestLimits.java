package org.stoker.network;

/**
 * How much of requests and responses the broker holds, and for how long it waits for a slow peer.
 *
 * @param maxRequestBytes {@code socket.request.max.bytes}: a longer frame closes its connection
 * @param memoryBytes {@code queued.max.request.bytes}: frames being read or worked on, over all
 *     connections; at the bound nothing more is read until some are answered
 * @param maxPipelinedRequests unanswered requests of one connection; at the bound it is not read
 * @param maxQueuedResponseBytes unsent response bytes of one connection beyond which its next
 *     request is not started; the response that crosses the bound is still sent whole
 * @param readTimeoutMs a frame that has begun must bring bytes at least this often, and be whole in
 *     this time plus one second for every 32 KB that have come
 * @param writeTimeoutMs a client that takes no byte of a waiting response for so long is closed
 */
public record RequestLimits(
    int maxRequestBytes,
    long memoryBytes,
    int maxPipelinedRequests,
    int maxQueuedResponseBytes,
    long readTimeoutMs,
    long writeTimeoutMs) {
  public RequestLimits {
    Require.atLeast("socket.request.max.bytes", maxRequestBytes, 1);
    Require.atLeast("queued.max.request.bytes", memoryBytes, 1);
    Require.atLeast("most pipelined requests", maxPipelinedRequests, 1);
    Require.atLeast("most queued response bytes", maxQueuedResponseBytes, 1);
    Require.atLeast("request read timeout in ms", readTimeoutMs, 1);
    Require.atLeast("response write timeout in ms", writeTimeoutMs, 1);
  }

  public static RequestLimits defaults() {
    return new RequestLimits(100 << 20, 64L << 20, 100, 1 << 20, 30_000, 30_000);
  }
}
