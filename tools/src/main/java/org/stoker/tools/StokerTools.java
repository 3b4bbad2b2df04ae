package org.stoker.tools;

import java.util.Arrays;
import org.apache.kafka.common.utils.internals.AppInfoParser;
import org.jspecify.annotations.Nullable;
import org.stoker.base.SystemClock;

/** Runs the command that the first argument names: {@code stoker topics --list …}. */
public final class StokerTools {
  private static final String COMMANDS =
      """
      Usage: stoker <command> [options], and stoker <command> --help for its options.

        cluster              start, watch, kill and stop brokers on this machine
        topics               create, list, describe, change and delete topics
        configs              show and change the configuration of topics, brokers, clients, …
        console-producer     write lines from standard input to a topic
        console-consumer     print the records of topics
        consumer-groups      list, describe, reset and delete consumer groups
        get-offsets          the first, last or timed offset of partitions
        delete-records       delete the records before an offset
        log-dirs             what lies in the brokers' log directories
        leader-election      let preferred replicas lead, or any that is left
        reassign-partitions  move partitions to other brokers
        metadata-quorum      who writes the cluster's metadata, and who has applied it
        features             show and change the levels of the cluster's features
        dump-log             print and verify segment, index and checkpoint files
        producer-perf-test   measure producing
        consumer-perf-test   measure consuming
        broker-api-versions  the API versions that each broker speaks
      """;

  private StokerTools() {}

  /** Exits with the code of the tool. */
  public static void main(String[] args) {
    Terminal terminal = Terminal.ofThisProcess();
    int exitCode = run(args, terminal);
    terminal.out().flush();
    // Even if a client's thread is still closing: the tool has said all it had to say.
    System.exit(exitCode);
  }

  static int run(String[] args, Terminal terminal) {
    if (args.length == 0 || args[0].equals("--help") || args[0].equals("help")) {
      (args.length == 0 ? terminal.err() : terminal.out()).print(COMMANDS);
      return args.length == 0 ? 1 : 0;
    }
    if (args[0].equals("--version")) {
      terminal.out().println(AppInfoParser.getVersion());
      return 0;
    }
    Tool tool = toolNamed(args[0]);
    if (tool == null) {
      terminal.err().println("Unknown command \"" + args[0] + "\".");
      terminal.err().print(COMMANDS);
      return 1;
    }
    return run(tool, Arrays.copyOfRange(args, 1, args.length), terminal);
  }

  /** Only the named tool's classes are loaded: a tool that starts fast is a joy. */
  private static @Nullable Tool toolNamed(String name) {
    return switch (name) {
      case "cluster" -> ClusterCommand.ofThisHome();
      case "topics" -> new TopicsCommand();
      case "console-producer" -> new ConsoleProducer();
      case "console-consumer" -> new ConsoleConsumer(new SystemClock());
      case "producer-perf-test" -> new ProducerPerfTest(new SystemClock());
      case "consumer-perf-test" -> new ConsumerPerfTest(new SystemClock());
      case "configs" -> new ConfigsCommand();
      case "consumer-groups" -> new ConsumerGroupsCommand(new SystemClock());
      case "get-offsets" -> new GetOffsets();
      case "delete-records" -> new DeleteRecords();
      case "log-dirs" -> new LogDirs();
      case "broker-api-versions" -> new BrokerApiVersions();
      case "leader-election" -> new LeaderElection();
      case "reassign-partitions" -> new ReassignPartitions();
      case "metadata-quorum" -> new MetadataQuorum(new SystemClock());
      case "features" -> new Features();
      case "dump-log" -> new DumpLog();
      default -> null;
    };
  }

  static int run(Tool tool, String[] args, Terminal terminal) {
    try {
      return tool.run(args, terminal);
    } catch (VersionRequest e) {
      terminal.out().println(AppInfoParser.getVersion());
      return 0;
    } catch (UsageException e) {
      terminal.err().println(e.getMessage());
      e.options().printUsage(terminal.err());
      return 1;
    } catch (ActionFailed e) {
      terminal.out().println(e.getMessage());
      return 1;
    } catch (OptionException | ToolFailure e) {
      terminal.err().println(e.getMessage());
      return 1;
    } catch (Exception e) {
      terminal.err().println(Failures.sentence(e));
      return 1;
    } finally {
      terminal.out().flush();
    }
  }
}
