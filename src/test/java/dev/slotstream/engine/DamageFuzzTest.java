package dev.slotstream.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.slotstream.engine.DamagedStore.Left;
import dev.slotstream.engine.DamagedStore.Outcome;
import dev.slotstream.kit.Seeded;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every region of every file of a store flipped, zeroed, overwritten and cut: no wrong value is
 * ever served, and what is missing is told.
 *
 * <p>{@code -Dslotstream.campaign=full} flips a bit of every byte.
 */
class DamageFuzzTest {
  private static final boolean FULL = "full".equals(System.getProperty("slotstream.campaign"));
  private static final int SECTOR = 512;

  /** One damage: of a file, at a place. */
  private record Damage(Path file, String what, byte[] bytes) {}

  private static byte[] changed(byte[] whole, int from, int to, SplittableRandom random) {
    byte[] changed = whole.clone();
    for (int at = from; at < Math.min(to, whole.length); at++) {
      changed[at] = (byte) (random == null ? 0 : random.nextInt());
    }
    return changed;
  }

  private static byte[] flipped(byte[] whole, int at, int bit) {
    byte[] flipped = whole.clone();
    flipped[at] ^= (byte) (1 << bit);
    return flipped;
  }

  private static Damage flip(Path file, byte[] whole, int at, SplittableRandom random) {
    int bit = random.nextInt(8);
    return new Damage(
        file, "bit %d of byte %d flipped".formatted(bit, at), flipped(whole, at, bit));
  }

  private static Damage other(Path file, byte[] whole, SplittableRandom random) {
    int at = random.nextInt(whole.length);
    int sector = at / SECTOR * SECTOR;
    return switch (random.nextInt(5)) {
      case 0 -> new Damage(file, "cut at " + at, Arrays.copyOf(whole, at));
      case 1 -> new Damage(file, "8 zeros at " + at, changed(whole, at, at + 8, null));
      case 2 ->
          new Damage(
              file, "sector zeroed at " + sector, changed(whole, sector, sector + SECTOR, null));
      case 3 ->
          new Damage(
              file, "sector garbled at " + sector, changed(whole, sector, sector + SECTOR, random));
      default -> new Damage(file, "8 bytes garbled at " + at, changed(whole, at, at + 8, random));
    };
  }

  /** One at a time: all of them at once are more than fits the heap. */
  private static void damage(DamagedStore store, SplittableRandom random, Consumer<Damage> each) {
    store
        .files()
        .forEach(
            (file, whole) -> {
              // A header is small and everything hangs on it: all of it, every time.
              int header = Math.min(whole.length, 48);
              for (int at = 0; at < whole.length; at++) {
                if (FULL || at < header || random.nextInt(whole.length) < 20) {
                  each.accept(flip(file, whole, at, random));
                }
              }
              for (int n = 0; n < (FULL ? 500 : 10); n++) {
                each.accept(other(file, whole, random));
              }
            });
  }

  private static void check(DamagedStore store, Damage damage, Map<Outcome, Integer> outcomes) {
    try {
      Outcome outcome = store.with(damage.file(), damage.bytes());
      outcomes.merge(outcome, 1, Integer::sum);
      assertTrue(
          outcome != Outcome.EMPTIED || !damage.what().startsWith("bit"),
          "one bit must not empty a slot");
    } catch (RuntimeException | AssertionError e) {
      throw new AssertionError("%s of %s: %s".formatted(damage.what(), damage.file(), e), e);
    }
  }

  @ParameterizedTest
  @EnumSource
  void isNeverServedAndAlwaysTold(Left left) {
    Seeded.run(
        41,
        random -> {
          DamagedStore store = new DamagedStore(left, random.nextLong());
          Map<Outcome, Integer> outcomes = new EnumMap<>(Outcome.class);
          damage(store, random, each -> check(store, each, outcomes));
          int damages = outcomes.values().stream().mapToInt(Integer::intValue).sum();
          System.out.printf("%s: %,d damages: %s%n", left, damages, outcomes);
          assertTrue(outcomes.get(Outcome.REFUSED) > 50 && outcomes.get(Outcome.TOLD) > 10);
        });
  }

  /** One bit of one record that was on the disk, anywhere but in the last. */
  @ParameterizedTest
  @EnumSource(names = "KILLED_EARLY")
  void aBadRecordInTheMiddleStopsTheOpeningByName(Left left) throws IOException {
    DamagedStore store = new DamagedStore(left, 5);
    List<Path> segments =
        store.files().keySet().stream()
            .filter(path -> path.getFileName().toString().matches("redo-[0-9a-f]{16}\\.log"))
            .toList();
    SplittableRandom random = new SplittableRandom(6);
    for (int pick = 0; pick < 500; pick++) {
      Path segment = segments.get(random.nextInt(segments.size()));
      byte[] whole = store.files().get(segment);
      LogRecords records = LogRecords.of(whole);
      int record = random.nextInt(records.count());
      int at = records.start(record) + random.nextInt(records.length(record));
      String told = store.refusal(segment, flipped(whole, at, random.nextInt(8)));
      assertNotEquals(null, told, "opened, pick=" + pick);
      String expected =
          "log is damaged, file=%s offset=%d sequence=%d forcedUpTo="
              .formatted(segment, records.start(record), records.sequence(record));
      assertEquals(expected, told.substring(0, Math.min(told.length(), expected.length())));
    }
  }
}
