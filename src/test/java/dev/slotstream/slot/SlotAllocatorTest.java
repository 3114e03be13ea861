package dev.slotstream.slot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.slotstream.kit.Seeded;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class SlotAllocatorTest {
  @Test
  void givesTheLowestFreeSlotFirst() {
    SlotAllocator allocator = new SlotAllocator(130);
    for (int slot = 0; slot < 130; slot++) {
      assertEquals(slot, allocator.take());
    }
    assertEquals(-1, allocator.take());
    assertEquals(-1, allocator.take());
    allocator.free(127);
    allocator.free(3);
    assertEquals(3, allocator.take());
    assertEquals(127, allocator.take());
    assertEquals(-1, allocator.take());
  }

  @Test
  void markingAndFreeingTwiceChangesNothing() {
    SlotAllocator allocator = new SlotAllocator(10);
    allocator.mark(4);
    allocator.mark(4);
    assertEquals(1, allocator.taken());
    allocator.free(4);
    allocator.free(4);
    assertEquals(0, allocator.taken());
    assertEquals(10, allocator.free());
  }

  @Test
  void growsInTheMiddleOfAWord() {
    SlotAllocator allocator = new SlotAllocator(70);
    for (int i = 0; i < 70; i++) {
      allocator.take();
    }
    assertEquals(-1, allocator.take());
    allocator.grow(60);
    assertEquals(-1, allocator.take());
    allocator.grow(72);
    assertEquals(70, allocator.take());
    assertEquals(71, allocator.take());
    assertEquals(-1, allocator.take());
  }

  @Test
  void behavesAsASetOfFreeSlots() {
    Seeded.run(
        1,
        random -> {
          int slots = 200;
          SlotAllocator allocator = new SlotAllocator(slots);
          TreeSet<Integer> free = new TreeSet<>();
          for (int slot = 0; slot < slots; slot++) {
            free.add(slot);
          }
          for (int step = 0; step < 20_000; step++) {
            int slot = random.nextInt(slots);
            switch (random.nextInt(7)) {
              case 0, 1, 2 -> {
                Integer lowest = free.pollFirst();
                assertEquals(lowest == null ? -1 : lowest, allocator.take());
              }
              case 3 -> {
                allocator.mark(slot);
                free.remove(slot);
              }
              case 4, 5 -> {
                allocator.free(slot);
                free.add(slot);
              }
              default -> {
                int more = slots + random.nextInt(3);
                allocator.grow(more);
                for (; slots < more; slots++) {
                  free.add(slots);
                }
              }
            }
            assertEquals(free.size(), allocator.free());
            assertEquals(slots - free.size(), allocator.taken());
          }
          assertTrue(allocator.bytes() >= slots / Byte.SIZE);
        });
  }
}
