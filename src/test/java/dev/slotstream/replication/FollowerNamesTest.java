package dev.slotstream.replication;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What followers are called. */
class FollowerNamesTest {
  private static final UUID A = new UUID(0, 1);
  private static final UUID B = new UUID(0, 2);

  private final FollowerNames names = new FollowerNames();

  @Test
  void hostsAreNumberedForEachShard() {
    assertEquals("h#1", names.take("h", 0));
    assertEquals("h#1", names.take("h", 1));
    assertEquals("h#2", names.take("h", 0));
    names.giveBack("h#1", 0);
    assertEquals("h#1", names.take("h", 0));
  }

  @Test
  void aFollowerHasOneNameForAllItsConnections() {
    assertEquals("a", names.take("a", A));
    assertEquals("a", names.take("a", A));
    assertEquals("a#2", names.take("a", B));
    assertEquals("a#2", names.take("a", B));
    names.giveBack("a");
    assertEquals("a#3", names.take("a", new UUID(0, 3)));
    names.giveBack("a");
    assertEquals("a", names.take("a", new UUID(0, 4)));
  }

  @Test
  void noTwoFollowersAreCalledTheSameWhetherTheySayWhoTheyAreOrNot() {
    assertEquals("h#1", names.take("h", 0));
    assertEquals("h", names.take("h", A));
    assertEquals("h#2", names.take("h", B));
    assertEquals("h#3", names.take("h", 0));
    assertEquals("h#4", names.take("h", new UUID(0, 3)));
  }

  @Test
  void charactersThatMeanSomethingElsewhereAreReplaced() {
    assertEquals("node-1.zone_b", names.take("node-1.zone b", A));
    assertEquals("a_1__b___", names.take("a#1\"\\b{}\u00e9", B));
  }
}
