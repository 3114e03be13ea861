package dev.slotstream.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.slotstream.kit.Histories;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who wrote which record, and up to where two shards hold the same. */
class ShardHistoryTest {
  @ParameterizedTest
  @CsvSource({
    "'', 0, 0",
    "'', 1, 0",
    "1:1, 0, 0",
    "1:1, 1, 1",
    "1:1, 1000, 1",
    "1:1 2:11, 10, 1",
    "1:1 2:11, 11, 2",
    "1:1 2:11 3:11, 10, 1", // epoch 2 wrote nothing
    "1:1 2:11 3:11, 11, 3",
    "7:50 9:60, 49, 0", // older ones are forgotten
    "7:50 9:60, 50, 7",
  })
  void knowsTheEpochOfEachRecord(String epochs, long sequence, int epoch) {
    assertEquals(epoch, Histories.of(epochs).epochAt(sequence));
  }

  @Test
  void theLastLeadershipIsThePresentOne() {
    assertEquals(0, Histories.of("").epoch());
    assertEquals(4, Histories.of("1:1 4:1").epoch());
  }

  @Test
  void forgetsTheOldestEpochs() {
    ShardHistory history = Histories.of("1:1");
    for (int e = 2; e <= ShardHistory.MAX_EPOCHS + 1; e++) {
      history = history.lead(e, e);
    }
    assertEquals(ShardHistory.MAX_EPOCHS, history.epochs().size());
    assertEquals(0, history.epochAt(1));
    assertEquals(2, history.epochAt(2));
  }

  @Test
  void aFollowerHasTheHistoryUpToWhereItIs() {
    ShardHistory leader = Histories.of("1:1 2:11 3:21");
    assertEquals(
        new ShardHistory(Histories.STORE, false, Histories.of("1:1 2:11").epochs()),
        leader.upTo(19));
    assertEquals(leader.epochs(), leader.upTo(20).epochs());
    assertEquals(List.of(), leader.upTo(-1).epochs());
  }

  @ParameterizedTest
  @CsvSource({
    // own, own last, leader, common
    "1:1, 10, 1:1, 10",
    "1:1, 0, 1:1, 0",
    "'', 0, 1:1, 0",
    "1:1, 10, '', 0",
    "1:1, 10, 1:1 2:11, 10", // the leader went on behind our last record
    "1:1, 10, 1:1 2:10, 9", // and here before it
    "1:1, 10, 1:1 2:1, 0",
    "1:1 2:11, 20, 1:1, 10", // we went on where the leader did not
    "1:1 2:11, 20, 1:1 3:11, 10",
    "1:1 2:11, 20, 1:1 3:6, 5",
    "1:1 2:11, 20, 1:1 3:16, 10",
    "1:1 2:11, 20, 1:1 2:11 3:16, 15",
    "1:1 2:11 3:11, 10, 1:1 2:11 4:11, 10", // leaderships that wrote nothing
    "1:1 2:11 3:11, 20, 1:1 2:11 4:11, 10",
    "1:1 2:11 3:11, 20, 1:1 2:11 4:31, 10",
    "1:1 2:11, 10, 1:1 2:11 3:21, 10",
    "1:1 2:11 4:21, 30, 3:1, 0", // nothing in common
    "5:50, 60, 1:1 5:50 6:56, 55", // we forgot the beginning
    "1:1 5:50, 60, 5:50 6:56, 55", // the leader forgot it
    "1:1 5:50, 60, 6:56, 0",
    "1:1 2:11, 20, 1:1 2:12, 10", // not the same leadership whatever its number: before both
  })
  void findsTheLastRecordInCommon(String own, long last, String leader, long common) {
    assertEquals(common, Histories.of(own).commonWith(Histories.of(leader), last));
  }

  @Test
  void anotherStoreHasNothingInCommon() {
    ShardHistory other = new ShardHistory(new UUID(3, 4), true, Histories.of("1:1").epochs());
    assertEquals(0, Histories.of("1:1").commonWith(other, 10));
  }
}
