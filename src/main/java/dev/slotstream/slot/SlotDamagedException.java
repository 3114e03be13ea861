package dev.slotstream.slot;

import java.io.Serial;

/** A slot whose checksum does not fit its content. What it holds is never served. */
public final class SlotDamagedException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  private final int slot;

  SlotDamagedException(int slot, int meta) {
    super(
        "slot is damaged, slot=%d version=%d".formatted(slot, MetaWord.version(meta)),
        null,
        false,
        false);
    this.slot = slot;
  }

  /** Which one. */
  public int slot() {
    return slot;
  }
}
