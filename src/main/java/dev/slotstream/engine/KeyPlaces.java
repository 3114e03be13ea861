package dev.slotstream.engine;

import dev.slotstream.engine.OfflineShard.EntryVisitor;
import dev.slotstream.slot.SlotBuffer;
import dev.slotstream.slot.SlotFileReader;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Checks that every key is in its own shard, and in one slot only. The first round keeps eight
 * bytes of each key; a second one, over the few keys whose hashes were there twice, compares them.
 */
final class KeyPlaces implements EntryVisitor {
  private final OfflineStore store;
  private final int shard;
  private final SlotFileReader slots;
  private final KeyRouting routing;
  private final int keyLength;
  private long[] hashes = new long[1024];
  private int keys;
  private final Set<Long> twice = new HashSet<>();

  KeyPlaces(OfflineStore store, int shard, SlotFileReader slots) {
    this.store = store;
    this.shard = shard;
    this.slots = slots;
    this.routing = store.routing();
    this.keyLength = slots.facts().layout().keyLength();
  }

  private byte[] key(SlotBuffer slot) {
    int offset = slot.keyOffset();
    return Arrays.copyOfRange(slot.bytes(), offset, offset + keyLength);
  }

  @Override
  public boolean entry(SlotBuffer slot) {
    byte[] key = key(slot);
    long hash = KeyRouting.hash(key, 0, keyLength);
    int belongs = routing.shardOf(key, hash);
    if (belongs != shard) {
      damage(
          slot,
          "slot's key belongs to another shard, slot=%d shard=%d".formatted(slot.slot(), belongs));
    }
    if (keys == hashes.length) {
      hashes = Arrays.copyOf(hashes, keys * 2);
    }
    hashes[keys++] = hash;
    return true;
  }

  /** True when a second round is needed. */
  boolean mayHaveDuplicates() {
    Arrays.sort(hashes, 0, keys);
    for (int k = 1; k < keys; k++) {
      if (hashes[k] == hashes[k - 1]) {
        twice.add(hashes[k]);
      }
    }
    return !twice.isEmpty();
  }

  /** The second round. */
  EntryVisitor duplicates() {
    Map<ByteBuffer, Integer> seen = new HashMap<>();
    return slot -> {
      byte[] key = key(slot);
      if (twice.contains(KeyRouting.hash(key, 0, keyLength))) {
        Integer other = seen.putIfAbsent(ByteBuffer.wrap(key), slot.slot());
        if (other != null) {
          damage(
              slot,
              "slot's key is in another slot, too, slot=%d other=%d".formatted(slot.slot(), other));
        }
      }
      return true;
    };
  }

  private void damage(SlotBuffer slot, String what) {
    store.listener().found(Finding.damage(slots.path(), slots.offsetOf(slot.slot()), what));
  }
}
