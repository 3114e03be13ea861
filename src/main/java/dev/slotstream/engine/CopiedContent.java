package dev.slotstream.engine;

import dev.slotstream.slot.SlotContent;

/** Content in an array of its own: the key, and behind it the value to the array's end. */
interface CopiedContent extends SlotContent {
  @Override
  default int keyOffset() {
    return 0;
  }

  @Override
  default int valueOffset() {
    return keyLength();
  }

  @Override
  default int valueLength() {
    return bytes().length - keyLength();
  }
}
