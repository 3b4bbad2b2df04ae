package org.stoker.coordinator.group;

/**
 * A group as ListGroups shows it.
 *
 * @param protocolType empty for a group that only commits offsets
 */
public record GroupListing(String groupId, String protocolType, String state, String type) {
  static final String CLASSIC = "classic";

  static GroupListing of(ClassicGroup group) {
    String protocolType = group.protocolType();
    return new GroupListing(
        group.groupId(),
        protocolType == null ? "" : protocolType,
        group.state().shownAs(),
        CLASSIC);
  }
}
