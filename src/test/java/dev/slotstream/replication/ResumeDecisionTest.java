package dev.slotstream.replication;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.slotstream.engine.ShardHistory;
import dev.slotstream.engine.ShardHistory.EpochStart;
import dev.slotstream.kit.Histories;
import dev.slotstream.kit.Seeded;
import dev.slotstream.replication.ResumeDecision.Asker;
import dev.slotstream.replication.ResumeDecision.Full;
import dev.slotstream.replication.ResumeDecision.LeaderLog;
import dev.slotstream.replication.ResumeDecision.Refused;
import dev.slotstream.replication.ResumeDecision.Resume;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who may go on from where, who gets everything, and who gets nothing. */
class ResumeDecisionTest {
  private static final UUID OTHER = new UUID(7, 8);

  /** In short: {@code resume}, or the cause. */
  private static String decide(LeaderLog leader, Asker asker) {
    return switch (ResumeDecision.of(leader, asker)) {
      case Resume resume -> {
        assertEquals(asker.next(), resume.from());
        yield "resume";
      }
      case Full full -> full.cause().tag();
      case Refused refused -> refused.cause().tag();
    };
  }

  private static LeaderLog leader(String epochs, long oldest, long committed) {
    return new LeaderLog(Histories.of(epochs), oldest, committed);
  }

  private static Asker at(int epoch, long next) {
    return new Asker(Histories.STORE, epoch, next, false, false);
  }

  @ParameterizedTest
  @CsvSource({
    // the leader's log holds 40 to 100
    "1, 39, too-old",
    "1, 40, resume",
    "1, 41, resume",
    "1, 100, resume",
    "1, 101, resume", // it has everything
    "1, 102, ahead",
    "1, 9223372036854775807, ahead",
    "1, -9223372036854775808, ahead", // numbers are unsigned
    "1, -1, ahead",
    "2, 50, stale-leader",
    "-1, 50, stale-leader",
    "0, 50, diverged", // what wrote its last record is not known
    "1, 1, diverged", // and this cannot be
    "0, 1, too-old",
  })
  void goesOnInsideTheLog(int epoch, long next, String decision) {
    assertEquals(decision, decide(leader("1:1", 40, 100), at(epoch, next)));
  }

  @ParameterizedTest
  @CsvSource({
    // epochs 2 (11 to 20), 4 (21 to 30), 5 (nothing), 6 (from 31); 1 is forgotten, 3 never was
    "1, 11, diverged",
    "2, 11, diverged", // it holds 10 of epoch 2
    "2, 12, resume",
    "2, 20, resume",
    "2, 21, resume",
    "2, 22, diverged", // it holds 21 of epoch 2
    "3, 21, diverged",
    "3, 22, diverged",
    "4, 21, diverged",
    "4, 22, resume",
    "4, 31, resume",
    "4, 32, diverged",
    "5, 31, diverged",
    "5, 32, diverged",
    "6, 31, diverged",
    "6, 32, resume",
    "6, 41, resume",
    "6, 42, ahead",
    "4, 42, diverged", // not merely ahead
    "7, 32, stale-leader",
  })
  void knowsWhichRecordsBelongToWhichEpoch(int epoch, long next, String decision) {
    assertEquals(decision, decide(leader("2:11 4:21 5:31 6:31", 1, 40), at(epoch, next)));
  }

  @ParameterizedTest
  @CsvSource({
    "true, true, new",
    "true, false, sync-broken-off",
    "false, true, new",
    "false, false, foreign-store",
  })
  void sendsEverythingToWhoHasNothingToGoOnFrom(boolean same, boolean empty, String decision) {
    Asker asker = new Asker(same ? Histories.STORE : OTHER, 0, 0, empty, false);
    assertEquals(decision, decide(leader("1:1", 1, 100), asker));
    assertEquals(decision, decide(leader("", 1, 0), asker));
  }

  @ParameterizedTest
  @CsvSource({"true, true, damaged-log", "true, false, damaged-log", "false, false, foreign-store"})
  void saysThatALogWasDamaged(boolean same, boolean empty, String decision) {
    Asker asker = new Asker(same ? Histories.STORE : OTHER, 0, 0, empty, true);
    assertEquals(decision, decide(leader("1:1", 1, 100), asker));
  }

  @Test
  void contentOfAnotherStoreIsNeverReplaced() {
    Asker asker = new Asker(OTHER, 1, 50, false, false);
    Refused refused =
        assertInstanceOf(Refused.class, ResumeDecision.of(leader("1:1", 1, 100), asker));
    assertEquals(ResumeDecision.Refusal.FOREIGN_STORE, refused.cause());
    assertTrue(refused.text().contains("leader=" + Histories.STORE), refused.text());
    assertTrue(refused.text().contains("follower=" + OTHER), refused.text());
    assertEquals(
        "foreign-store", decide(leader("1:1", 1, 100), new Asker(OTHER, 1, 50, true, false)));
  }

  @Test
  void anEmptyHistoryIsTheBeginningOfEveryOther() {
    assertEquals("resume", decide(leader("1:1", 1, 0), at(0, 1)));
    assertEquals("resume", decide(leader("1:1", 1, 100), at(0, 1)));
  }

  @Test
  void aLeaderThatFollowsDoesNotTakeAFollowerBack() {
    ShardHistory adopted =
        new ShardHistory(Histories.STORE, false, Histories.of("1:1 2:51").epochs());
    LeaderLog middle = new LeaderLog(adopted, 1, 100);
    assertEquals("resume", decide(middle, at(2, 101)));
    assertEquals("not-caught-up", decide(middle, at(2, 102)));
    assertEquals("diverged", decide(middle, at(1, 102)));
  }

  @Test
  void anAnswerHasItsNumbers() {
    LeaderLog leader = leader("3:11 4:21", 15, 40);
    assertText(leader, at(4, 43), "leader=41 follower=43");
    assertText(leader, at(4, -1), "follower=18446744073709551615");
    assertText(leader, at(3, 14), "oldest=15 next=14");
    assertText(leader, at(3, 30), "epoch=3 sequence=29, leader's epoch holds 11 to 20");
    assertText(leader, at(2, 11), "epoch=2 sequence=10 oldest=3");
    assertText(leader, at(-1, 11), "leader=4 follower=4294967295");
  }

  private static void assertText(LeaderLog leader, Asker asker, String part) {
    String text =
        switch (ResumeDecision.of(leader, asker)) {
          case Resume resume -> "resume";
          case Full full -> full.text();
          case Refused refused -> refused.text();
        };
    assertTrue(text.contains(part), text);
  }

  /** A node's records, and the epochs that it saw: each record is the epoch that wrote it. */
  private record Node(List<Integer> records, List<EpochStart> epochs) {
    Node copyOfFirst(int count) {
      List<EpochStart> known = epochs.stream().filter(e -> e.firstSequence() <= count + 1).toList();
      return new Node(new ArrayList<>(records.subList(0, count)), new ArrayList<>(known));
    }

    void lead(int epoch) {
      epochs.add(new EpochStart(epoch, records.size() + 1));
    }

    void write(int count) {
      for (int i = 0; i < count; i++) {
        records.add(epochs.getLast().epoch());
      }
    }

    boolean isPrefixOf(Node other) {
      return records.size() <= other.records.size()
          && records.equals(other.records.subList(0, records.size()));
    }

    ShardHistory history() {
      return new ShardHistory(Histories.STORE, true, epochs);
    }

    int lastEpoch() {
      return records.isEmpty() ? 0 : records.getLast();
    }
  }

  /**
   * Nodes take over from each other with what they happen to have, write for a while or not at all,
   * and are taken over from. No two leaderships have the same epoch, whichever node leads.
   */
  private static List<Node> forkedHistories(SplittableRandom random) {
    List<Node> nodes = new ArrayList<>();
    Node first = new Node(new ArrayList<>(), new ArrayList<>());
    first.lead(1);
    first.write(random.nextInt(5));
    nodes.add(first);
    for (int epoch = 2; epoch < 14; epoch++) {
      Node from = nodes.get(random.nextInt(nodes.size()));
      Node node = from.copyOfFirst(random.nextInt(from.records().size() + 1));
      node.lead(epoch);
      node.write(random.nextInt(4));
      nodes.add(node);
      if (random.nextInt(3) == 0) {
        nodes.add(node.copyOfFirst(random.nextInt(node.records().size() + 1)));
      }
    }
    return nodes;
  }

  @Test
  void goesOnExactlyWhenTheFollowersRecordsAreTheBeginningOfTheLeaders() {
    Seeded.run(
        20_251,
        random -> {
          int resumed = 0;
          int others = 0;
          for (int round = 0; round < 300; round++) {
            List<Node> nodes = forkedHistories(random);
            for (Node leader : nodes) {
              for (Node follower : nodes) {
                int records = follower.records().size();
                LeaderLog log = new LeaderLog(leader.history(), 1, leader.records().size());
                String decision = decide(log, at(follower.lastEpoch(), records + 1L));
                assertEquals(
                    follower.isPrefixOf(leader),
                    decision.equals("resume"),
                    () -> decision + ", leader=" + leader + " follower=" + follower);
                if (decision.equals("resume")) {
                  resumed++;
                } else {
                  others++;
                }
                assertCommonIsRight(leader, follower);
              }
            }
          }
          assertTrue(resumed > 1_000 && others > 1_000, resumed + " " + others);
        });
  }

  /** What is put aside in a full sync is exactly what the leader never had. */
  private static void assertCommonIsRight(Node leader, Node follower) {
    int common = 0;
    int both = Math.min(leader.records().size(), follower.records().size());
    while (common < both && leader.records().get(common).equals(follower.records().get(common))) {
      common++;
    }
    long found = follower.history().commonWith(leader.history(), follower.records().size());
    assertEquals(common, Math.min(found, leader.records().size()), () -> leader + " " + follower);
  }
}
