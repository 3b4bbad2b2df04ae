package org.stoker.tools;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.stoker.tools.Comparison.Both;

@ExtendWith(SharedBroker.class)
final class ConfigsComparisonIT {
  private static void all(Both both, String... lines) throws Exception {
    for (String line : lines) {
      Comparison comparison = both.ask("configs", line.split(" ", -1));
      (line.startsWith("--describe") ? comparison.eventually() : comparison).same();
    }
  }

  @Test
  void topics(@TempDir Path directory, Both both) throws Exception {
    both.ask("topics", "--create", "--topic", "configured-SIDE").same();
    Path file = Files.writeString(directory.resolve("added"), "max.message.bytes=2000\n");
    all(
        both,
        "--alter --topic configured-SIDE --add-config retention.ms=1000,segment.ms=2000",
        "--alter --topic configured-SIDE --add-config cleanup.policy=[compact,delete]",
        "--alter --topic configured-SIDE --add-config-file " + file,
        "--describe --topic configured-SIDE",
        "--describe --entity-type topics --entity-name configured-SIDE",
        "--describe --topic configured-SIDE --all",
        "--alter --topic configured-SIDE --delete-config segment.ms,nonsense",
        "--describe --topic configured-SIDE");
    both.ask("configs", "--describe", "--entity-type", "topics").inAnyOrder().same();
  }

  @Test
  void brokers(Both both) throws Exception {
    all(
        both,
        "--alter --broker 1 --add-config log.cleaner.backoff.ms=14000",
        "--alter --broker-defaults --add-config background.threads=9",
        "--describe --broker 1",
        "--describe --entity-type brokers",
        "--describe --broker-defaults",
        "--describe --entity-type brokers --entity-default",
        "--describe --broker 1 --all",
        "--alter --broker 1 --delete-config log.cleaner.backoff.ms",
        "--alter --broker-defaults --delete-config background.threads",
        "--describe --broker 77",
        "--describe --broker-logger 1",
        "--alter --broker-logger 1 --add-config root=ERROR",
        "--describe --entity-type broker-loggers --entity-name 1",
        "--alter --broker-logger 1 --add-config root=LOUD",
        "--alter --broker-logger 1 --delete-config root",
        "--alter --broker-logger 1 --add-config root=WARN",
        "--alter --broker-logger 1 --add-config kafka.log.LogCleaner=DEBUG",
        "--alter --broker-logger 1 --add-config no.such.Logger=DEBUG",
        "--alter --broker-logger 1 --delete-config kafka.log.LogCleaner");
  }

  @Test
  void usersClientsAndAddresses(Both both) throws Exception {
    all(
        both,
        "--alter --user u-SIDE --add-config producer_byte_rate=1024,consumer_byte_rate=2048.5",
        "--alter --user u-SIDE --client c-SIDE --add-config request_percentage=50",
        "--alter --entity-type users --entity-name u-SIDE --entity-type clients --entity-default"
            + " --add-config request_percentage=60",
        "--alter --client c-SIDE --add-config request_percentage=70",
        "--alter --user u-SIDE --add-config SCRAM-SHA-256=[iterations=8192,password=secret]",
        "--alter --user u-SIDE --add-config SCRAM-SHA-512=[password=secret]",
        "--describe --user u-SIDE",
        "--describe --user u-SIDE --client c-SIDE",
        "--describe --client c-SIDE",
        "--alter --user u-SIDE --delete-config SCRAM-SHA-512,SCRAM-SHA-256",
        "--alter --user u-SIDE --delete-config request_percentage",
        "--alter --user u-SIDE --delete-config consumer_byte_rate",
        "--describe --user u-SIDE",
        "--alter --user u-SIDE --add-config SCRAM-SHA-256=[iterations=1,password=x]",
        "--alter --user-defaults --add-config SCRAM-SHA-256=[password=x]",
        "--alter --user u-SIDE --add-config SCRAM-SHA-256=[password=x],producer_byte_rate=1",
        "--alter --user u-SIDE --add-config producer_byte_rate=fast",
        "--alter --ip 127.0.0.9 --add-config connection_creation_rate=5",
        "--describe --ip 127.0.0.9",
        "--alter --ip-defaults --add-config request_percentage=5",
        "--describe --ip no-such-host.invalid");
    both.ask(
            "configs",
            "--describe --entity-type users --entity-name u-SIDE --entity-type clients"
                .split(" ", -1))
        .inAnyOrder()
        .same();
  }

  @Test
  void groupsAndClientMetrics(Both both) throws Exception {
    all(
        both,
        "--alter --group cg-SIDE --add-config consumer.session.timeout.ms=46000",
        "--describe --group cg-SIDE",
        "--describe --group nowhere",
        "--alter --client-metrics cm-SIDE --add-config interval.ms=1000",
        "--describe --client-metrics cm-SIDE",
        "--describe --client-metrics nowhere",
        "--alter --client-metrics cm-SIDE --delete-config interval.ms");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--describe",
        "--describe --alter",
        "--topic t",
        "--describe --entity-type nonsense",
        "--describe --entity-type topics --entity-type topics",
        "--describe --entity-type topics --entity-type users",
        "--describe --entity-type topics --topic t",
        "--describe --entity-type topics --entity-default",
        "--describe --entity-type broker-loggers",
        "--describe --topic t --add-config a=b",
        "--describe --topic nowhere",
        "--describe --topic nowhere --all",
        "--describe --topic bad!name",
        "--describe --broker x",
        "--alter --topic t",
        "--alter --entity-type topics --add-config a=b",
        "--alter --entity-type users --add-config a=b",
        "--alter --topic t --add-config a=b --add-config-file f",
        "--alter --topic t --add-config-file /no/such/file",
        "--alter --topic t --add-config retention.ms",
        "--alter --topic t --add-config a%b=1",
        "--alter --topic nowhere --add-config retention.ms=1",
        "--alter --topic t --topic u --add-config retention.ms=4",
        "--alter --entity-type users --entity-type clients --entity-name x --add-config a=b",
        "--describe --topic t --bogus",
        "--describe --topic t --bootstrap-controller BROKER",
      })
  void treatsOddRequestsAlike(String line, Both both) throws Exception {
    both.ask("configs", line.split(" ", -1)).same();
  }

  @Test
  void needsABroker(Both both) throws Exception {
    both.run("configs", "--describe", "--topic", "t").same();
  }
}
