package dev.slotstream.kv;

/**
 * Names one write of one key: the slot that it went to, and the slot's version after it. The same
 * on every node.
 */
public record EntityTag(int slot, int version) {
  /** As HTTP has it: {@code "<slot>.<version>"}, both in hex, with the quotes. */
  @Override
  public String toString() {
    return '"' + Integer.toHexString(slot) + '.' + Integer.toHexString(version) + '"';
  }
}
