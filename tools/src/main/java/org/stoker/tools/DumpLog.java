package org.stoker.tools;

import static org.stoker.tools.Option.flag;
import static org.stoker.tools.Option.integer;
import static org.stoker.tools.Option.text;

import java.io.File;
import java.util.List;
import org.apache.kafka.tools.api.Decoder;

/** {@code kafka-dump-log.sh}: prints and verifies the files of a partition's directory. */
final class DumpLog implements Tool {
  private static final String TEXT_DECODER = "org.apache.kafka.tools.api.StringDecoder";

  private static final Option<Boolean> PRINT_DATA_LOG =
      flag("print-data-log", "Print keys and values; so does every decoder option.");
  private static final Option<Boolean> VERIFY_INDEX_ONLY =
      flag("verify-index-only", "Compare indexes with their log, print only what differs.");
  private static final Option<Boolean> INDEX_SANITY_CHECK =
      flag("index-sanity-check", "Make only the check of indexes that a broker makes at start.");
  private static final Option<String> FILES =
      text("files", "file1, file2, ...", "REQUIRED: the files, separated by commas.");
  private static final Option<Integer> MAX_MESSAGE_SIZE =
      integer("max-message-size", "size", "Size of the largest batch.").orElse(5242880);
  private static final Option<Integer> MAX_BYTES =
      integer("max-bytes", "size", "Read only so much of each log.").orElse(Integer.MAX_VALUE);
  private static final Option<Boolean> DEEP_ITERATION =
      flag("deep-iteration", "Show the records inside of the batches.");
  private static final Option<String> VALUE_DECODER_CLASS =
      text("value-decoder-class", "", "The class that reads values.")
          .withOptionalArgument()
          .orElse(TEXT_DECODER);
  private static final Option<String> KEY_DECODER_CLASS =
      text("key-decoder-class", "", "The class that reads keys.")
          .withOptionalArgument()
          .orElse(TEXT_DECODER);
  private static final Option<Boolean> OFFSETS_DECODER =
      flag("offsets-decoder", "Read records as those of __consumer_offsets.");
  private static final Option<Boolean> TRANSACTION_LOG_DECODER =
      flag("transaction-log-decoder", "Read records as those of __transaction_state.");
  private static final Option<Boolean> CLUSTER_METADATA_DECODER =
      flag("cluster-metadata-decoder", "Read records as those of the cluster's metadata.");
  private static final Option<Boolean> REMOTE_LOG_METADATA_DECODER =
      flag("remote-log-metadata-decoder", "Read records as those of __remote_log_metadata.");
  private static final Option<Boolean> SHARE_GROUP_STATE_DECODER =
      flag("share-group-state-decoder", "Read records as those of __share_group_state.");
  private static final Option<Boolean> SKIP_RECORD_METADATA =
      flag("skip-record-metadata", "Print only keys and values of records.");

  private static final OptionSet OPTIONS =
      new OptionSet(
          "Prints what is in the files of a partition's directory, and what is wrong with them.",
          PRINT_DATA_LOG,
          VERIFY_INDEX_ONLY,
          INDEX_SANITY_CHECK,
          FILES,
          MAX_MESSAGE_SIZE,
          MAX_BYTES,
          DEEP_ITERATION,
          VALUE_DECODER_CLASS,
          KEY_DECODER_CLASS,
          OFFSETS_DECODER,
          TRANSACTION_LOG_DECODER,
          CLUSTER_METADATA_DECODER,
          REMOTE_LOG_METADATA_DECODER,
          SHARE_GROUP_STATE_DECODER,
          SKIP_RECORD_METADATA);

  private static final List<Option<?>> PRINTING =
      List.of(
          PRINT_DATA_LOG,
          OFFSETS_DECODER,
          TRANSACTION_LOG_DECODER,
          CLUSTER_METADATA_DECODER,
          REMOTE_LOG_METADATA_DECODER,
          SHARE_GROUP_STATE_DECODER,
          VALUE_DECODER_CLASS,
          KEY_DECODER_CLASS);

  @Override
  public int run(String[] args, Terminal terminal) throws Exception {
    ParsedOptions parsed = OPTIONS.parse(args);
    parsed.require(FILES);
    var findings = new DumpFindings();
    for (String name : parsed.value(FILES).split(",", 0)) {
      var file = new File(name);
      terminal.out().println("Dumping " + file);
      dump(file, parsed, findings, terminal);
    }
    findings.print(terminal.err());
    return 0;
  }

  private static void dump(
      File file, ParsedOptions parsed, DumpFindings findings, Terminal terminal) throws Exception {
    String name = file.getName();
    int dot = name.lastIndexOf('.');
    switch (dot < 0 ? "" : name.substring(dot)) {
      case ".log", ".checkpoint" -> logs(parsed, findings, terminal).dump(file);
      case ".index" -> indexes(parsed, findings, terminal).dumpOffsetIndex(file);
      case ".timeindex" -> indexes(parsed, findings, terminal).dumpTimeIndex(file);
      case ".snapshot" -> StateFileDump.producerSnapshot(file, terminal);
      case ".txnindex" -> StateFileDump.transactionIndex(file, terminal);
      default -> terminal.err().println("Ignoring unknown file " + file);
    }
  }

  private static LogFileDump logs(ParsedOptions parsed, DumpFindings findings, Terminal terminal)
      throws Exception {
    boolean prints = PRINTING.stream().anyMatch(parsed::has);
    return new LogFileDump(
        terminal.out(),
        findings,
        prints || parsed.has(DEEP_ITERATION),
        prints ? decoder(parsed) : null,
        parsed.has(SKIP_RECORD_METADATA),
        parsed.value(MAX_BYTES));
  }

  private static IndexFileDump indexes(
      ParsedOptions parsed, DumpFindings findings, Terminal terminal) {
    return new IndexFileDump(
        terminal.out(),
        findings,
        parsed.has(INDEX_SANITY_CHECK),
        parsed.has(VERIFY_INDEX_ONLY),
        parsed.value(MAX_MESSAGE_SIZE));
  }

  private static RecordDecoder decoder(ParsedOptions parsed) throws Exception {
    if (parsed.has(OFFSETS_DECODER)) {
      return SchemaRecordDecoder.ofCoordinator("group-coordinator");
    }
    if (parsed.has(TRANSACTION_LOG_DECODER)) {
      return SchemaRecordDecoder.ofCoordinator("transaction-coordinator");
    }
    if (parsed.has(SHARE_GROUP_STATE_DECODER)) {
      return SchemaRecordDecoder.ofCoordinator("share-coordinator");
    }
    if (parsed.has(CLUSTER_METADATA_DECODER)) {
      return SchemaRecordDecoder.ofMetadata();
    }
    if (parsed.has(REMOTE_LOG_METADATA_DECODER)) {
      return RemoteLogDecoder.create();
    }
    return new ClassRecordDecoder(
        decoder(parsed, KEY_DECODER_CLASS), decoder(parsed, VALUE_DECODER_CLASS));
  }

  private static Decoder<?> decoder(ParsedOptions parsed, Option<String> option) throws Exception {
    try {
      return Class.forName(parsed.value(option))
          .asSubclass(Decoder.class)
          .getDeclaredConstructor()
          .newInstance();
    } catch (ClassNotFoundException e) {
      throw new ToolFailure("Failed to load decoder class");
    }
  }
}
