package dev.slotstream.slot;

import java.util.Arrays;

/**
 * Which slots are taken: one bit a slot, the lowest free one is given first, as armdb does. Used by
 * the shard's writer only.
 */
final class SlotAllocator {
  private static final int NONE = -1;

  private long[] words;
  private int slots;
  private int taken;

  /** No word before this one has a free bit. */
  private int firstFreeWord;

  SlotAllocator(int slots) {
    this.slots = slots;
    this.words = new long[wordsFor(slots)];
  }

  /** Words of a list of so many slots. */
  static int wordsFor(int slots) {
    return Math.ceilDiv(slots, Long.SIZE);
  }

  /** Goes on with a list that was kept, of as many slots. */
  void adopt(long[] kept) {
    words = kept;
    taken = 0;
    for (long word : kept) {
      taken += Long.bitCount(word);
    }
    firstFreeWord = 0;
  }

  /** The list itself, one bit a slot: to be kept when nothing is taken or freed any more. */
  long[] words() {
    return words;
  }

  /** Whether a slot is taken; another thread than the writer's may be told what was before. */
  boolean isTaken(int slot) {
    long[] now = words;
    int word = slot / Long.SIZE;
    return word < now.length && (now[word] & (1L << slot)) != 0;
  }

  /** Takes the lowest free slot, or answers -1 when there is none. */
  int take() {
    for (int w = firstFreeWord; w < words.length; w++) {
      if (words[w] != -1L) {
        firstFreeWord = w;
        int slot = w * Long.SIZE + Long.numberOfTrailingZeros(~words[w]);
        if (slot >= slots) {
          return NONE;
        }
        mark(slot);
        return slot;
      }
    }
    firstFreeWord = words.length;
    return NONE;
  }

  /** Marks one slot as taken; nothing happens when it is. */
  void mark(int slot) {
    long bit = 1L << slot;
    if ((words[slot / Long.SIZE] & bit) == 0) {
      words[slot / Long.SIZE] |= bit;
      taken++;
    }
  }

  /** Marks one slot as free; nothing happens when it is. */
  void free(int slot) {
    long bit = 1L << slot;
    int word = slot / Long.SIZE;
    if ((words[word] & bit) != 0) {
      words[word] &= ~bit;
      taken--;
      firstFreeWord = Math.min(firstFreeWord, word);
    }
  }

  /** Makes room for more slots, all free. */
  void grow(int newSlots) {
    if (newSlots > slots) {
      firstFreeWord = Math.min(firstFreeWord, slots / Long.SIZE);
      words = Arrays.copyOf(words, wordsFor(newSlots));
      slots = newSlots;
    }
  }

  /** How many it knows of. */
  int slots() {
    return slots;
  }

  int taken() {
    return taken;
  }

  int free() {
    return slots - taken;
  }

  /** Bytes of memory this takes. */
  long bytes() {
    return (long) words.length * Long.BYTES;
  }
}
