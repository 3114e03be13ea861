package dev.slotstream.slot;

/** Which slot is the right one: asked for each that the index suggests. */
@FunctionalInterface
public interface SlotMatch {

  /** True for the slot that is looked for. */
  boolean matches(int slot);
}
