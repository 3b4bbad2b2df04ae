package org.stoker.records;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The codecs of a batch; the code is that in the lowest three bits of its attributes. */
public enum CompressionType {
  NONE(0),
  GZIP(1),
  SNAPPY(2),
  LZ4(3),
  ZSTD(4);

  private static final CompressionType[] BY_CODE = values();

  private final int code;

  CompressionType(int code) {
    this.code = code;
  }

  public int code() {
    return code;
  }

  /** The name in configuration and in messages. */
  public String configName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Null for the codes 5 to 7, which nobody has given a meaning. */
  public static @Nullable CompressionType forCode(int code) {
    return code >= 0 && code < BY_CODE.length ? BY_CODE[code] : null;
  }
}
