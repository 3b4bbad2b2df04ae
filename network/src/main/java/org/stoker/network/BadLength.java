package org.stoker.network;

/** Says what is wrong with a frame's length, and who probably knocked at the wrong door. */
final class BadLength {
  private static final int HTTP_GET = 0x47455420;
  private static final int HTTP_POST = 0x504f5354;
  private static final int HTTP_HEAD = 0x48454144;
  private static final int TLS_HANDSHAKE = 0x16;

  private BadLength() {}

  static String describe(int length, int maxRequestBytes) {
    String what =
        length < 0
            ? "a frame with the negative length " + length
            : "a frame of " + length + " bytes, socket.request.max.bytes=" + maxRequestBytes;
    return what + guess(length);
  }

  private static String guess(int firstBytes) {
    if (firstBytes == HTTP_GET || firstBytes == HTTP_POST || firstBytes == HTTP_HEAD) {
      return " (it looks like HTTP)";
    }
    if (firstBytes >>> 24 == TLS_HANDSHAKE && (firstBytes >>> 16 & 0xff) == 3) {
      return " (it looks like TLS, but this listener is not encrypted)";
    }
    return "";
  }
}
