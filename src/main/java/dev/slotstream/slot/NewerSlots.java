package dev.slotstream.slot;

/** What slots will hold that are not written yet, as readers ask it. Any thread. */
@FunctionalInterface
public interface NewerSlots {
  /** The slots themselves are the newest. */
  NewerSlots NONE = slot -> null;

  /** What a slot will hold; null when it holds it already. */
  Newer of(int slot);

  /** What a slot will hold. Never changes. */
  interface Newer extends SlotContent {
    /** The slot's new meta word. */
    int meta();

    /** True when the whole key is this one, K bytes. */
    boolean keyIs(byte[] key);
  }
}
