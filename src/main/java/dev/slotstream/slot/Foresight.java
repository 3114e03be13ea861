package dev.slotstream.slot;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Reads what several writes are going to read, before the first of them is made. Index and slots
 * are larger than the processor's caches, and a write waits for memory at each; made one by one
 * they wait one after the other. These reads do not depend on each other, so they wait together.
 *
 * <p>Any thread. Changes nothing; a key that it misses is only slower.
 */
final class Foresight {
  /** Whatever stands under a hash: it is the key's own slot nearly always. */
  private static final SlotMatch FIRST = slot -> true;

  private Foresight() {}

  /** Answers a number that means nothing: whoever drops it may see the reads dropped, too. */
  static int of(KeyIndex index, SlotFile file, long[] hashes) {
    int seen = 0;
    try {
      for (long hash : hashes) {
        IndexTable table = index.table(hash);
        seen += table.slotAt(table.home(KeyIndex.fingerprint(hash)));
      }
      for (long hash : hashes) {
        seen += slotOf(index, file, hash);
      }
    } catch (IllegalStateException | InternalError e) {
      return 0; // closed, or a page that cannot be read: the writes themselves will say so
    }
    return seen;
  }

  private static int slotOf(KeyIndex index, SlotFile file, long hash) {
    int slot = index.find(hash, FIRST);
    if (slot < 0 || slot >= file.slotCount()) {
      return 0;
    }
    long begin = file.offsetOf(slot);
    long end = begin + file.layout().usedSize() - 1;
    MemorySegment mapping = file.mapping();
    return mapping.get(ValueLayout.JAVA_BYTE, begin) + mapping.get(ValueLayout.JAVA_BYTE, end);
  }
}
