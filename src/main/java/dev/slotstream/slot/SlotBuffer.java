package dev.slotstream.slot;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.zip.CRC32;

/**
 * One slot's bytes on the heap: where a read copies to, and where a write is put together. Belongs
 * to one thread at a time; reused, so that neither allocates.
 */
public final class SlotBuffer {
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private final SlotLayout layout;
  private final byte[] bytes;
  private final CRC32 crc = new CRC32();
  private int slot;
  private int meta;

  /** A buffer for slots of this layout. */
  public SlotBuffer(SlotLayout layout) {
    this.layout = layout;
    this.bytes = new byte[layout.slotSize()];
  }

  /** The slot's bytes, by the offsets of {@link SlotLayout}; the first 8 are not for callers. */
  public byte[] bytes() {
    return bytes;
  }

  /** Which slot was read. */
  public int slot() {
    return slot;
  }

  /** The slot's meta word as it was read. */
  public int meta() {
    return meta;
  }

  /** Offset of the key in {@link #bytes()}. */
  public int keyOffset() {
    return layout.keyOffset();
  }

  /** Offset of the value in {@link #bytes()}. */
  public int valueOffset() {
    return layout.valueOffset();
  }

  /** Takes a slot that lost its status for an occupied one: that is how it is opened. */
  public void takeForOccupied() {
    identify(slot, MetaWord.withStatus(meta, MetaWord.OCCUPIED));
  }

  /** The meta word as it stands in the bytes. */
  int readMeta() {
    return (int) INT.get(bytes, SlotLayout.META);
  }

  void identify(int readSlot, int readMeta) {
    slot = readSlot;
    meta = readMeta;
  }

  /** Makes the buffer hold what a slot would hold; its checksum is not made. */
  public void hold(int heldSlot, int heldMeta, SlotContent content) {
    fill(content);
    identify(heldSlot, heldMeta);
  }

  /** Puts key and value in place, padded by zeros to their full lengths. */
  void fill(SlotContent content) {
    int value = layout.valueOffset();
    int end = layout.usedSize();
    System.arraycopy(
        content.bytes(), content.keyOffset(), bytes, SlotLayout.KEY, content.keyLength());
    zero(SlotLayout.KEY + content.keyLength(), value);
    System.arraycopy(content.bytes(), content.valueOffset(), bytes, value, content.valueLength());
    zero(value + content.valueLength(), end);
  }

  private void zero(int from, int to) {
    if (from < to) {
      Arrays.fill(bytes, from, to, (byte) 0);
    }
  }

  /** True when the CRC that was read fits meta, key and value. */
  boolean intact() {
    int stored = (int) INT.get(bytes, SlotLayout.CRC);
    return stored == checksum(meta);
  }

  /** True when the slot that was read says that it is free and not that it was never written. */
  public boolean lostItsStatus() {
    int stored = readMeta();
    return MetaWord.status(stored) == MetaWord.FREE
        && stored != MetaWord.FREE
        && (int) INT.get(bytes, SlotLayout.CRC) != 0;
  }

  /**
   * CRC-32 of meta, key and value. The meta word goes where the CRC stands in a slot, right before
   * the key, so that one call covers all three.
   */
  int checksum(int metaWord) {
    int stored = (int) INT.get(bytes, SlotLayout.CRC);
    INT.set(bytes, SlotLayout.CRC, metaWord);
    crc.reset();
    crc.update(bytes, SlotLayout.CRC, layout.usedSize() - SlotLayout.CRC);
    INT.set(bytes, SlotLayout.CRC, stored);
    return (int) crc.getValue();
  }

  void storeChecksum(int value) {
    INT.set(bytes, SlotLayout.CRC, value);
  }
}
