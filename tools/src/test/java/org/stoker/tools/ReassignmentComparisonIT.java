package org.stoker.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.stoker.tools.Comparison.Both;

/** Elections of leaders, and partitions that move; here on the one broker that there is. */
@ExtendWith(SharedBroker.class)
final class ReassignmentComparisonIT {
  // Kafka's tool prints the stack trace of a failure on standard output.
  private static final String STACK_TRACE =
      "\n(\tat |Caused by: |\t\\.\\.\\. |[\\w.$]+(Exception|Error): ).*";

  @TempDir private Path directory;

  @BeforeEach
  void create(Both both) throws Exception {
    both.ask("topics", "--create", "--if-not-exists", "--topic", "moved-SIDE", "--partitions", "2")
        .same();
  }

  private static String[] words(String line) {
    return line.split(" ", -1);
  }

  private void write(String name, String json) throws Exception {
    for (String side : Comparison.SIDES) {
      Files.writeString(
          directory.resolve(name + "-" + side), json.replace('\'', '"').replace("SIDE", side));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--election-type preferred --topic moved-SIDE --partition 0",
        "--election-type PREFERRED --topic moved-SIDE --partition 7",
        "--election-type unclean --topic moved-SIDE --partition 1",
        "--election-type preferred --topic nowhere --partition 0",
        "--election-type sideways --topic moved-SIDE --partition 0",
        "--election-type preferred --topic moved-SIDE",
        "--election-type preferred --partition 0",
        "--election-type preferred --partition 0 --all-topic-partitions",
        "--election-type preferred --topic moved-SIDE --partition 0 --all-topic-partitions",
        "--topic moved-SIDE --partition 0",
        "--election-type preferred --topic moved-SIDE --partition 0 --admin.config /dev/null",
        "--bogus",
      })
  void electsLeaders(String line, Both both) throws Exception {
    both.ask("leader-election", words(line)).same();
  }

  @Test
  void electsTheLeadersOfAFile(Both both) throws Exception {
    write("all", "{'partitions':[{'topic':'moved-SIDE','partition':0}]}");
    both.ask(
            "leader-election",
            "--election-type",
            "preferred",
            "--path-to-json-file",
            directory + "/all-SIDE")
        .same();
    write("twice", "{'partitions':[{'topic':'t','partition':0},{'topic':'t','partition':0}]}");
    both.ask(
            "leader-election",
            "--election-type",
            "preferred",
            "--path-to-json-file",
            directory + "/twice-SIDE")
        .same();
    write("none", "{'partition':[]}");
    both.ask(
            "leader-election",
            "--election-type",
            "preferred",
            "--path-to-json-file",
            directory + "/none-SIDE")
        .same();
    both.run("leader-election", "--bootstrap-server", "x:1").same();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'partitions':[{'topic':'moved-SIDE','partition':0,'replicas':[1]}],'version':1}",
        "{'partitions':[{'topic':'moved-SIDE','partition':0,'replicas':[1],'log_dirs':['any']}]}",
        "{'partitions':[{'topic':'moved-SIDE','partition':0,'replicas':[1]},"
            + "{'topic':'moved-SIDE','partition':1,'replicas':[1]}],'version':1}",
        "{'partitions':[{'topic':'moved-SIDE','partition':9,'replicas':[1]}]}",
        "{'partitions':[{'topic':'nowhere','partition':0,'replicas':[1]}]}",
        "{'partitions':[{'topic':'moved-SIDE','partition':0,'replicas':[77]}]}",
        "{'partitions':[{'topic':'moved-SIDE','partition':0,'replicas':[]}]}",
        "{'partitions':[{'topic':'moved-SIDE','partition':0,'replicas':[1,1]}]}",
        "{'partitions':[{'topic':'moved-SIDE','partition':0,'replicas':[1]},"
            + "{'topic':'moved-SIDE','partition':0,'replicas':[1]}]}",
        "{'partitions':[{'topic':'moved-SIDE','partition':0,'replicas':[1],'log_dirs':[]}]}",
        "{'partitions':[]}",
        "{'partitions':[{'partition':0,'replicas':[1]}]}",
        "{'version':2,'partitions':[]}",
      })
  void executesAndVerifies(String json, Both both) throws Exception {
    write("plan", json);
    String file = directory + "/plan-SIDE";
    both.ask("reassign-partitions", "--execute", "--reassignment-json-file", file)
        .replacing(STACK_TRACE, "")
        .replacing("\n\n\\z", "\n")
        .same();
    both.ask(
            "reassign-partitions",
            "--verify",
            "--preserve-throttles",
            "--reassignment-json-file",
            file)
        .replacing(STACK_TRACE, "")
        .replacing("\n\n\\z", "\n")
        .same();
  }

  /** Kafka's tool asks the broker to move the replica, which brokers here do not do. */
  @Test
  void aDirectoryIsNamedOnlyWhereTheReplicaIsAnyway(Both both) throws Exception {
    String plan =
        "{'partitions':[{'topic':'moved-SIDE','partition':0,'replicas':[1],'log_dirs':['%s']}]}";
    write("elsewhere", plan.formatted("/somewhere/else"));
    write("there", plan.formatted(both.broker().logDirectory()));

    for (String action : new String[] {"--execute", "--verify"}) {
      Outcome refused =
          both.ask(
                  "reassign-partitions",
                  action,
                  "--reassignment-json-file",
                  directory + "/elsewhere-SIDE")
              .ours();
      assertThat(refused.exitCode()).isEqualTo(1);
      assertThat(refused.out())
          .contains("Replica 1 of moved-SIDE-0 cannot be put into /somewhere/else");
      Outcome taken =
          both.ask(
                  "reassign-partitions",
                  action,
                  "--reassignment-json-file",
                  directory + "/there-SIDE")
              .ours();
      assertThat(taken.exitCode()).isZero();
    }
  }

  @Test
  void throttlesAndClears(Both both) throws Exception {
    write("plan", "{'partitions':[{'topic':'moved-SIDE','partition':0,'replicas':[1]}]}");
    String file = directory + "/plan-SIDE";
    both.ask(
            "reassign-partitions",
            "--execute",
            "--throttle",
            "5000000",
            "--reassignment-json-file",
            file)
        .same();
    both.ask("configs", "--describe", "--entity-type", "topics", "--entity-name", "moved-SIDE")
        .eventually()
        .same();
    Outcome verified =
        both.ask("reassign-partitions", "--verify", "--reassignment-json-file", file).same();
    assertThat(verified.out()).contains("Clearing topic-level throttles on topic moved-SIDE");
    both.ask("configs", "--describe", "--entity-type", "topics", "--entity-name", "moved-SIDE")
        .eventually()
        .same();
  }

  @Test
  void proposesListsAndCancels(Both both) throws Exception {
    write("topics", "{'topics':[{'topic':'moved-SIDE'}],'version':1}");
    String topics = directory + "/topics-SIDE";
    for (String brokers : new String[] {"1", "1,1", "x", "77"}) {
      both.ask(
              "reassign-partitions",
              "--generate",
              "--topics-to-move-json-file",
              topics,
              "--broker-list",
              brokers)
          .replacing(STACK_TRACE, "")
          .replacing("\n\n\\z", "\n")
          .same();
    }
    both.ask("reassign-partitions", "--list").same();
    write("plan", "{'partitions':[{'topic':'moved-SIDE','partition':0,'replicas':[1]}]}");
    both.ask(
            "reassign-partitions", "--cancel", "--reassignment-json-file", directory + "/plan-SIDE")
        .same();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--execute",
        "--verify",
        "--generate",
        "--generate --broker-list 1",
        "--execute --verify",
        "--list --additional",
        "--list --throttle 5",
        "--execute --reassignment-json-file x --preserve-throttles",
        "--execute --reassignment-json-file /no/such/file",
        "--execute --reassignment-json-file /no/such/file --throttle x",
        "--list --bootstrap-controller x:1",
        "--bogus",
      })
  void refusesWhatDoesNotFit(String line, Both both) throws Exception {
    both.ask("reassign-partitions", words(line))
        .replacing(STACK_TRACE, "")
        .replacing("\n\n\\z", "\n")
        .same();
  }
}
