package dev.slotstream.slot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MetaWordTest {
  private static final int LAST = (1 << 30) - 1;
  private static final int HALF = 1 << 29;

  @Test
  void holdsAVersionAndAStatus() {
    for (int version : new int[] {0, 1, HALF, LAST}) {
      for (int status = MetaWord.FREE; status <= MetaWord.WRITING; status++) {
        int meta = MetaWord.of(status, version);
        assertEquals(version, MetaWord.version(meta));
        assertEquals(status, MetaWord.status(meta));
        assertEquals(status == MetaWord.OCCUPIED, MetaWord.occupied(meta));
        int writing = MetaWord.withStatus(meta, MetaWord.WRITING);
        assertEquals(MetaWord.WRITING, MetaWord.status(writing));
        assertEquals(version, MetaWord.version(writing));
      }
    }
  }

  @Test
  void theVersionAfterTheLastIsZero() {
    int last = MetaWord.of(MetaWord.OCCUPIED, LAST);
    int next = MetaWord.next(last, MetaWord.DELETED);
    assertEquals(0, MetaWord.version(next));
    assertEquals(MetaWord.DELETED, MetaWord.status(next));
    assertEquals(0, MetaWord.version(MetaWord.of(MetaWord.OCCUPIED, LAST + 1)));
  }

  @ParameterizedTest
  @CsvSource({
    "1, 0, true",
    "0, 1, false",
    "0, 0, false",
    "5, 5, false",
    "0, 1073741823, true", // wrapped
    "1073741823, 0, false",
    "10, 1073741820, true",
    "1073741820, 10, false",
    "536870911, 0, true", // just short of half the ring
    "536870912, 0, false", // half the ring: nobody can tell
    "0, 536870912, false",
    "0, 536870913, true",
    "536870913, 0, false"
  })
  void newerIsToldOnARingOfVersions(int a, int b, boolean newer) {
    assertEquals(newer, MetaWord.newer(a, b));
  }

  @Test
  void ofTwoDifferentVersionsAtMostOneIsNewer() {
    int[] versions = {0, 1, 2, HALF - 1, HALF, HALF + 1, LAST - 1, LAST};
    for (int a : versions) {
      for (int b : versions) {
        boolean both = MetaWord.newer(a, b) && MetaWord.newer(b, a);
        assertFalse(both);
        boolean opposite = ((a - b) & LAST) == HALF;
        assertTrue(a == b || opposite || MetaWord.newer(a, b) || MetaWord.newer(b, a));
      }
    }
  }
}
