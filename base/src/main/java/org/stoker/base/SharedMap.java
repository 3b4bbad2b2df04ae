package org.stoker.base;

import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An immutable map whose next version shares what did not change: a draft copies the list of
 * buckets, and each bucket of about {@value #ENTRIES_PER_BUCKET} entries that it changes.
 */
public final class SharedMap<K, V> extends AbstractMap<K, V> {
  private static final int ENTRIES_PER_BUCKET = 16;
  private static final int MIN_BUCKETS = 8;

  private final List<Map<K, V>> buckets;
  private final int size;

  private SharedMap(List<Map<K, V>> buckets, int size) {
    this.buckets = buckets;
    this.size = size;
  }

  public static <K, V> SharedMap<K, V> empty() {
    return new SharedMap<>(Collections.nCopies(MIN_BUCKETS, Map.of()), 0);
  }

  /** Begins with a single bucket: for maps of which there are many, most of them with few keys. */
  public static <K, V> SharedMap<K, V> emptyOfFew() {
    return new SharedMap<>(List.of(Map.of()), 0);
  }

  public Draft<K, V> draft() {
    return new Draft<>(this);
  }

  @Override
  public @Nullable V get(@Nullable Object key) {
    return key == null ? null : buckets.get(indexOf(key, buckets.size())).get(key);
  }

  @Override
  public boolean containsKey(@Nullable Object key) {
    return key != null && buckets.get(indexOf(key, buckets.size())).containsKey(key);
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public Set<Map.Entry<K, V>> entrySet() {
    return new Entries();
  }

  private static int indexOf(Object key, int bucketCount) {
    int hash = key.hashCode();
    return (hash ^ (hash >>> 16)) & (bucketCount - 1);
  }

  private final class Entries extends AbstractSet<Map.Entry<K, V>> {
    @Override
    public int size() {
      return size;
    }

    @Override
    public Iterator<Map.Entry<K, V>> iterator() {
      return new EntryIterator<>(buckets.iterator());
    }
  }

  @ConfinedTo(ConfinedTo.CALLER)
  private static final class EntryIterator<K, V> implements Iterator<Map.Entry<K, V>> {
    private final Iterator<Map<K, V>> buckets;
    private Iterator<Map.Entry<K, V>> bucket = Collections.emptyIterator();

    EntryIterator(Iterator<Map<K, V>> buckets) {
      this.buckets = buckets;
    }

    @Override
    public boolean hasNext() {
      while (!bucket.hasNext() && buckets.hasNext()) {
        bucket = buckets.next().entrySet().iterator();
      }
      return bucket.hasNext();
    }

    @Override
    public Map.Entry<K, V> next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      Map.Entry<K, V> entry = bucket.next();
      return Map.entry(entry.getKey(), entry.getValue());
    }
  }

  /** The next version while it is being written. */
  @ConfinedTo(ConfinedTo.CALLER)
  public static final class Draft<K, V> {
    private final SharedMap<K, V> base;
    private @Nullable List<Map<K, V>> buckets;
    // Of the list's buckets, those that are the draft's own.
    private final BitSet owned = new BitSet();
    private int size;

    private Draft(SharedMap<K, V> base) {
      this.base = base;
      this.size = base.size;
    }

    public @Nullable V get(K key) {
      List<Map<K, V>> drafted = buckets == null ? base.buckets : buckets;
      return drafted.get(indexOf(key, drafted.size())).get(key);
    }

    public int size() {
      return size;
    }

    public void put(K key, V value) {
      if (ownBucketOf(key).put(key, value) == null) {
        size++;
      }
    }

    public void remove(K key) {
      if (get(key) != null) {
        ownBucketOf(key).remove(key);
        size--;
      }
    }

    private Map<K, V> ownBucketOf(K key) {
      List<Map<K, V>> mine = buckets;
      if (mine == null) {
        mine = new ArrayList<>(base.buckets);
        buckets = mine;
      }
      int index = indexOf(key, mine.size());
      Map<K, V> bucket = mine.get(index);
      if (!owned.get(index)) {
        owned.set(index);
        bucket = mine.size() == 1 ? smallCopy(bucket) : new HashMap<>(bucket);
        mine.set(index, bucket);
      }
      return bucket;
    }

    /** With a table of the size that it needs: a new map's would be most of what it takes. */
    private static <K, V> Map<K, V> smallCopy(Map<K, V> bucket) {
      Map<K, V> copy = HashMap.newHashMap(bucket.size() + 1);
      copy.putAll(bucket);
      return copy;
    }

    /** The map as drafted; the draft must not be used any more. */
    public SharedMap<K, V> finish() {
      List<Map<K, V>> mine = buckets;
      if (mine == null) {
        return base;
      }
      if (size > mine.size() * ENTRIES_PER_BUCKET * 2) {
        return spread(mine);
      }
      return new SharedMap<>(mine.size() == 1 ? List.of(mine.getFirst()) : mine, size);
    }

    private SharedMap<K, V> spread(List<Map<K, V>> crowded) {
      int count = Integer.highestOneBit(size / ENTRIES_PER_BUCKET) << 1;
      List<Map<K, V>> wider = new ArrayList<>(count);
      for (int bucket = 0; bucket < count; bucket++) {
        wider.add(new HashMap<>());
      }
      for (Map<K, V> bucket : crowded) {
        bucket.forEach((key, value) -> wider.get(indexOf(key, count)).put(key, value));
      }
      return new SharedMap<>(wider, size);
    }
  }
}
