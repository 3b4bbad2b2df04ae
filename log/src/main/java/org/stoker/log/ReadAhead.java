package org.stoker.log;

import java.io.FileDescriptor;
import java.lang.reflect.Field;
import java.nio.channels.FileChannel;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the kernel to read nothing ahead through a channel that the JDK opened.
 *
 * <p>The advice belongs to the channel's own descriptor, which the JDK keeps to itself: it takes
 * {@code --add-opens} for sun.nio.ch and java.io of java.base. Without them the kernel reads ahead.
 */
final class ReadAhead {
  private static final Logger LOG = LoggerFactory.getLogger(ReadAhead.class);
  private static final @Nullable ReadAhead OF_CHANNELS = find();

  private final Field descriptorOfChannel;
  private final Field number;
  private final LinuxCalls calls;

  private ReadAhead(Field descriptorOfChannel, Field number, LinuxCalls calls) {
    this.descriptorOfChannel = descriptorOfChannel;
    this.number = number;
    this.calls = calls;
  }

  private static @Nullable ReadAhead find() {
    LinuxCalls calls = LinuxCalls.bound();
    if (calls == null) {
      return null;
    }
    try {
      Field descriptor = Class.forName("sun.nio.ch.FileChannelImpl").getDeclaredField("fd");
      Field number = FileDescriptor.class.getDeclaredField("fd");
      descriptor.setAccessible(true);
      number.setAccessible(true);
      return new ReadAhead(descriptor, number, calls);
    } catch (ReflectiveOperationException | RuntimeException e) {
      LOG.info("The kernel reads old segments ahead as it likes: {}", e.toString());
      return null;
    }
  }

  /** Has no effect where it cannot be done. */
  static void none(FileChannel channel) {
    ReadAhead ofChannels = OF_CHANNELS;
    if (ofChannels != null) {
      ofChannels.readNothingAhead(channel);
    }
  }

  private void readNothingAhead(FileChannel channel) {
    try {
      calls.readNothingAhead(number.getInt(descriptorOfChannel.get(channel)));
    } catch (IllegalAccessException | IllegalArgumentException e) {
      LOG.debug("{} has no descriptor to be found", channel, e);
    }
  }
}
