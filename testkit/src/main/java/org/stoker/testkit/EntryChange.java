package org.stoker.testkit;

/** A change of directory entries that happens as a whole or not at all, also when power fails. */
sealed interface EntryChange {
  record Link(StoredDirectory directory, String name, StoredNode node) implements EntryChange {
    @Override
    public boolean touches(StoredDirectory other, String otherName) {
      return directory == other && name.equals(otherName);
    }

    @Override
    public boolean touches(StoredDirectory other) {
      return directory == other;
    }

    @Override
    public boolean dependsOn(EntryChange earlier) {
      return earlier.touches(directory, name);
    }

    @Override
    public void reachPlatter() {
      directory.onPlatter.put(name, node);
    }
  }

  record Unlink(StoredDirectory directory, String name) implements EntryChange {
    @Override
    public boolean touches(StoredDirectory other, String otherName) {
      return directory == other && name.equals(otherName);
    }

    @Override
    public boolean touches(StoredDirectory other) {
      return directory == other;
    }

    @Override
    public boolean dependsOn(EntryChange earlier) {
      return earlier.touches(directory, name);
    }

    @Override
    public void reachPlatter() {
      directory.onPlatter.remove(name);
    }
  }

  record Rename(
      StoredDirectory fromDirectory,
      String from,
      StoredDirectory toDirectory,
      String to,
      StoredNode node)
      implements EntryChange {
    @Override
    public boolean touches(StoredDirectory other, String otherName) {
      return (fromDirectory == other && from.equals(otherName))
          || (toDirectory == other && to.equals(otherName));
    }

    @Override
    public boolean touches(StoredDirectory other) {
      return fromDirectory == other || toDirectory == other;
    }

    @Override
    public boolean dependsOn(EntryChange earlier) {
      return earlier.touches(fromDirectory, from) || earlier.touches(toDirectory, to);
    }

    @Override
    public void reachPlatter() {
      fromDirectory.onPlatter.remove(from);
      toDirectory.onPlatter.put(to, node);
    }
  }

  boolean touches(StoredDirectory directory, String name);

  boolean touches(StoredDirectory directory);

  /** No file system keeps a change of a name and forgets an earlier one of the same name. */
  boolean dependsOn(EntryChange earlier);

  void reachPlatter();
}
