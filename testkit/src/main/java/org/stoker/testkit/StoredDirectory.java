package org.stoker.testkit;

import java.util.Map;
import java.util.TreeMap;
import org.stoker.base.ConfinedTo;

/** The entries of one simulated directory: as programs see them, and as they are on the platter. */
@ConfinedTo("the monitor of the SimulatedDisk")
final class StoredDirectory implements StoredNode {
  final Map<String, StoredNode> seen = new TreeMap<>();
  final Map<String, StoredNode> onPlatter = new TreeMap<>();
}
