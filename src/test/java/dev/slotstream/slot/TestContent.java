package dev.slotstream.slot;

import java.nio.ByteBuffer;

/** A key and a value in one array, each perhaps shorter than its field. */
@SuppressWarnings("ArrayRecordComponent") // never compared as a whole
record TestContent(byte[] key, byte[] value) implements SlotContent {

  @Override
  public byte[] bytes() {
    return ByteBuffer.allocate(key.length + value.length).put(key).put(value).array();
  }

  @Override
  public int keyOffset() {
    return 0;
  }

  @Override
  public int keyLength() {
    return key.length;
  }

  @Override
  public int valueOffset() {
    return key.length;
  }

  @Override
  public int valueLength() {
    return value.length;
  }
}
