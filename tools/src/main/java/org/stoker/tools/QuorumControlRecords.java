package org.stoker.tools;

import org.apache.kafka.common.message.KRaftVersionRecordJsonConverter;
import org.apache.kafka.common.message.LeaderChangeMessageJsonConverter;
import org.apache.kafka.common.message.SnapshotFooterRecordJsonConverter;
import org.apache.kafka.common.message.SnapshotHeaderRecordJsonConverter;
import org.apache.kafka.common.message.VotersRecordJsonConverter;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.ControlRecordUtils;
import org.apache.kafka.common.record.internal.Record;

/** The control records of Kafka's own metadata logs, which a migrating user may look into. */
final class QuorumControlRecords {
  private QuorumControlRecords() {}

  static String describe(ControlRecordType type, Record record) {
    return switch (type) {
      case LEADER_CHANGE -> {
        var message = ControlRecordUtils.deserializeLeaderChangeMessage(record);
        yield " LeaderChange: "
            + LeaderChangeMessageJsonConverter.write(message, message.version());
      }
      case SNAPSHOT_HEADER -> {
        var header = ControlRecordUtils.deserializeSnapshotHeaderRecord(record);
        yield " SnapshotHeader "
            + SnapshotHeaderRecordJsonConverter.write(header, header.version());
      }
      case SNAPSHOT_FOOTER -> {
        var footer = ControlRecordUtils.deserializeSnapshotFooterRecord(record);
        yield " SnapshotFooter "
            + SnapshotFooterRecordJsonConverter.write(footer, footer.version());
      }
      case KRAFT_VERSION -> {
        var version = ControlRecordUtils.deserializeKRaftVersionRecord(record);
        yield " KRaftVersion " + KRaftVersionRecordJsonConverter.write(version, version.version());
      }
      case KRAFT_VOTERS -> {
        var voters = ControlRecordUtils.deserializeVotersRecord(record);
        yield " KRaftVoters " + VotersRecordJsonConverter.write(voters, voters.version());
      }
      default -> throw new IllegalArgumentException("not a record of the quorum: " + type);
    };
  }
}
