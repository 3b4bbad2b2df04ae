package org.stoker.tools;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.utils.internals.Exit;
import org.apache.kafka.tools.ConfigCommand;
import org.apache.kafka.tools.ConsoleProducer;
import org.apache.kafka.tools.ConsumerPerformance;
import org.apache.kafka.tools.DumpLogSegments;
import org.apache.kafka.tools.EndToEndLatency;
import org.apache.kafka.tools.GetOffsetShell;
import org.apache.kafka.tools.LeaderElectionCommand;
import org.apache.kafka.tools.MetadataQuorumCommand;
import org.apache.kafka.tools.ProducerPerformance;
import org.apache.kafka.tools.StreamsResetter;
import org.apache.kafka.tools.TopicCommand;
import org.apache.kafka.tools.VerifiableConsumer;
import org.apache.kafka.tools.VerifiableProducer;
import org.apache.kafka.tools.consumer.ConsoleConsumer;
import org.apache.kafka.tools.consumer.group.ConsumerGroupCommand;

/**
 * Runs tools of Kafka's one after the other in this process, against a broker that was started for
 * it: the JVM writes the classes that they load into an ahead-of-time cache of {@code bin/stoker}.
 *
 * <p>Every start loads all classes of a cache, so there are two, and only frequent commands are
 * rehearsed: the others find most of their classes there.
 */
public final class RehearsalMain {
  private static final String TOPIC = "rehearsal";

  @FunctionalInterface
  private interface KafkaTool {
    void main(String[] args) throws Exception;
  }

  private record Scene(KafkaTool tool, List<String> arguments) {}

  /** Unwinds the stack of a tool that ends its process. */
  private static final class Ended extends Error {
    private static final long serialVersionUID = 1;
  }

  private final String broker;
  private final List<Scene> scenes = new ArrayList<>();

  private RehearsalMain(String broker) {
    this.broker = broker;
  }

  /** The arguments: the broker's address and log directory, {@code admin} or {@code clients}. */
  public static void main(String[] args) {
    Exit.setExitProcedure((_, _) -> {
      throw new Ended();
    });
    Exit.setShutdownHookAdder((_, _) -> {});
    var rehearsal = new RehearsalMain(args[0]);
    rehearsal.ask(TopicCommand::main, "--create --partitions 1 --topic " + TOPIC);
    if (args[2].equals("clients")) {
      rehearsal.addClients();
    } else {
      rehearsal.addAdmin(Path.of(args[1]));
    }
    rehearsal.ask(TopicCommand::main, "--delete --topic " + TOPIC);
    rehearsal.scenes.forEach(RehearsalMain::play);
    // Even if a client's thread is still closing.
    System.exit(0);
  }

  private static void play(Scene scene) {
    System.setIn(new ByteArrayInputStream("one\ntwo\nthree\n".getBytes(StandardCharsets.UTF_8)));
    System.out.println("> " + String.join(" ", scene.arguments()));
    try {
      scene.tool().main(scene.arguments().toArray(String[]::new));
    } catch (Ended e) {
      System.out.println("ended");
    } catch (Exception e) {
      System.out.println(e);
    }
  }

  /** With {@code --bootstrap-server}, and the words of one string. */
  private void ask(KafkaTool tool, String words) {
    var arguments = new ArrayList<>(List.of("--bootstrap-server", broker));
    arguments.addAll(List.of(words.split(" ", -1)));
    scenes.add(new Scene(tool, arguments));
  }

  private void addAdmin(Path logDirectory) {
    String topic = "--topic " + TOPIC;
    ask(TopicCommand::main, "--list");
    ask(TopicCommand::main, "--describe " + topic);
    ask(ConfigCommand::main, "--describe " + topic);
    ask(ConsumerGroupCommand::main, "--list");
    ask(GetOffsetShell::main, topic);
    ask(LeaderElectionCommand::main, "--election-type preferred --all-topic-partitions");
    ask(MetadataQuorumCommand::main, "describe --status");
    Path segment = logDirectory.resolve(TOPIC + "-0").resolve("00000000000000000000.log");
    scenes.add(new Scene(DumpLogSegments::main, List.of("--files", segment.toString())));
  }

  private void addClients() {
    String topic = "--topic " + TOPIC;
    ask(ConsoleProducer::main, topic);
    ask(ConsoleConsumer::main, "--group rehearsed --from-beginning --max-messages 3 " + topic);
    ask(ProducerPerformance::main, "--num-records 9 --record-size 9 --throughput -1 " + topic);
    ask(ConsumerPerformance::main, "--num-records 9 " + topic);
    ask(EndToEndLatency::main, "--num-records 2 --producer-acks all --record-size 9 " + topic);
    ask(VerifiableProducer::main, "--max-messages 3 " + topic);
    ask(VerifiableConsumer::main, "--group-id verifiable --max-messages 3 " + topic);
    ask(StreamsResetter::main, "--dry-run --application-id rehearsed --input-topics " + TOPIC);
  }
}
