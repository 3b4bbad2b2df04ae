package org.stoker.network;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.stoker.testkit.SimulatedClock;

final class BoundedLogTest {
  private final SimulatedClock clock = new SimulatedClock();
  private final Logger logger = (Logger) LoggerFactory.getLogger("bounded");
  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
  private final BoundedLog log = new BoundedLog(logger, clock);

  @BeforeEach
  void listen() {
    logger.setLevel(Level.INFO);
    logger.setAdditive(false);
    lines.start();
    logger.addAppender(lines);
  }

  @AfterEach
  void stopListening() {
    logger.detachAppender(lines);
  }

  @Test
  void saysTenLinesOfAKindAMinuteAndThenHowManyItSwallowed() {
    for (int i = 0; i < 1_000; i++) {
      log.info("garbage", "line " + i);
    }
    log.info("other", "of another kind");
    clock.advanceMs(60_000);
    log.info("garbage", "a minute later");
    log.info("garbage", "and on");

    assertThat(logged()).hasSize(13).startsWith("line 0", "line 1");
    assertThat(logged().subList(10, 13))
        .containsExactly(
            "of another kind", "a minute later (and 990 more like it were not logged)", "and on");
  }

  private List<String> logged() {
    return lines.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
  }
}
