package dev.slotstream.replication;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.slotstream.kit.Seeded;
import dev.slotstream.replication.ReplicationServer.ServerOptions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What write concern hears of followers. */
class FollowerRegistryTest {
  private static final double LIMIT = 5;

  private final List<Double> ages = new ArrayList<>(List.of(0.0, 0.0));
  private final FollowerRegistry registry =
      new FollowerRegistry(2, (shard, sequence) -> sequence >= 100 ? 0 : ages.get(shard), LIMIT);
  private final LeaderContext leader =
      new LeaderContext(
          new ServerOptions("unused", 0, 8),
          ReplicationMeter.NONE,
          () -> 0,
          List.of(new CommitClock(), new CommitClock()),
          LeaderPosition.OWN,
          new FollowerNames(),
          new Seats(),
          new SyncPermits(1),
          registry);

  private FollowerPosition enter(long id, int shard, long held) {
    SessionFigures figures = new SessionFigures(leader, FakeConnection.ofLeader());
    figures.introduce("f" + id, true);
    return registry.enter(new UUID(0, id), shard, held, figures);
  }

  private void leave(FollowerPosition position) {
    position.figures().gone();
    position.leave();
  }

  @Test
  void answersForAsManyFollowersAsAreAskedFor() {
    assertEquals(Long.MAX_VALUE, registry.durableOn(0, 0));
    assertEquals(Long.MAX_VALUE, registry.durableOn(0, -1));
    assertEquals(0, registry.durableOn(0, 1));
    enter(1, 0, 0).reached(10, 10, true);
    enter(2, 0, 0).reached(30, 30, true);
    enter(3, 0, 0).reached(20, 20, true);
    assertEquals(30, registry.durableOn(0, 1));
    assertEquals(20, registry.durableOn(0, 2));
    assertEquals(10, registry.durableOn(0, 3));
    assertEquals(0, registry.durableOn(0, 4));
    assertEquals(3, registry.known(0));
    assertEquals(0, registry.known(1));
    assertEquals(0, registry.durableOn(1, 1)); // of the other shard nothing was said
  }

  @Test
  void onlyWhatIsAppliedAndOnDiskCounts() {
    FollowerPosition follower = enter(1, 0, 0);
    follower.reached(10, 5, true);
    assertEquals(5, registry.durableOn(0, 1));
    follower.reached(10, 12, true);
    assertEquals(10, registry.durableOn(0, 1));
  }

  @Test
  void aFollowerThatIsGoneKeepsItsPosition() {
    FollowerPosition first = enter(1, 0, 0);
    first.reached(10, 10, true);
    leave(first);
    assertEquals(10, registry.durableOn(0, 1));
    assertEquals(1, registry.known(0));
    assertEquals(0, registry.inSync(0));
    FollowerStatus gone = registry.gone().getFirst();
    assertFalse(gone.connected());
    assertTrue(gone.goneSince().isPresent());
    assertEquals("f1", gone.follower());
    FollowerPosition again = enter(1, 0, 10);
    assertEquals(List.of(), registry.gone());
    assertEquals(10, again.durable());
    assertEquals(10, registry.durableOn(0, 1));
    assertEquals(1, registry.known(0));
  }

  @Test
  void aFollowerThatComesBackWithLessHasLess() {
    FollowerPosition first = enter(1, 0, 0);
    first.reached(10, 8, true);
    leave(first);
    FollowerPosition resumed = enter(1, 0, 6);
    assertEquals(6, registry.durableOn(0, 1));
    leave(resumed);
    enter(1, 0, 0); // a full sync: it has nothing until that is over
    assertEquals(0, registry.durableOn(0, 1));
  }

  @Test
  void onlySoManyThatAreGoneAreRemembered() {
    for (int id = 0; id < ShardPositions.MAX_GONE + 10; id++) {
      FollowerPosition follower = enter(id, 0, 0);
      follower.reached(id, id, true);
      leave(follower);
    }
    assertEquals(ShardPositions.MAX_GONE, registry.known(0));
    assertEquals("f10", registry.gone().getFirst().follower()); // the longest gone are forgotten
    assertEquals(10, registry.durableOn(0, ShardPositions.MAX_GONE));
  }

  @Test
  void inSyncIsWhoHasCaughtUpAndIsNotFarBehind() {
    FollowerPosition follower = enter(1, 0, 0);
    follower.reached(10, 10, false);
    assertEquals(0, registry.inSync(0));
    follower.reached(11, 11, true);
    assertEquals(1, registry.inSync(0));
    follower.reached(12, 12, false); // it stays caught up
    assertEquals(1, registry.inSync(0));
    ages.set(0, LIMIT + 0.1);
    assertEquals(0, registry.inSync(0));
    follower.reached(100, 12, false); // it lacks nothing
    assertEquals(1, registry.inSync(0));
    leave(follower);
    assertEquals(0, registry.inSync(0));
    enter(1, 0, 100); // and has to catch up once more
    assertEquals(0, registry.inSync(0));
  }

  @Test
  void listenersAreToldWhenMoreIsOnDisk() {
    AtomicInteger calls = new AtomicInteger();
    Runnable listener = calls::incrementAndGet;
    registry.onAdvance(0, listener);
    FollowerPosition follower = enter(1, 0, 0);
    enter(1, 1, 0).reached(10, 10, true); // another shard
    follower.reached(10, 0, true);
    assertEquals(0, calls.get());
    follower.reached(10, 10, true);
    assertEquals(1, calls.get());
    follower.reached(11, 10, true);
    assertEquals(1, calls.get());
    registry.removeOnAdvance(0, listener);
    registry.removeOnAdvance(0, listener);
    follower.reached(12, 12, true);
    assertEquals(1, calls.get());
  }

  @Test
  void listenersAreCalledWithoutALock() throws InterruptedException {
    FollowerPosition follower = enter(1, 0, 0);
    FollowerPosition other = enter(2, 0, 0);
    AtomicBoolean othersGoOn = new AtomicBoolean();
    registry.onAdvance(
        0,
        () -> {
          CountDownLatch done = new CountDownLatch(1);
          Thread.ofVirtual()
              .start(
                  () -> {
                    other.reached(5, 0, false);
                    done.countDown();
                  });
          try {
            othersGoOn.set(done.await(10, TimeUnit.SECONDS));
          } catch (InterruptedException e) {
            throw new AssertionError(e);
          }
        });
    follower.reached(1, 1, false);
    assertTrue(othersGoOn.get());
  }

  @Test
  void aShardThatTakesOverAnotherHistoryForgetsWhereFollowersAre() {
    FollowerPosition connected = enter(1, 0, 0);
    connected.reached(10, 10, true);
    FollowerPosition gone = enter(2, 0, 0);
    gone.reached(20, 20, true);
    leave(gone);
    enter(1, 1, 0).reached(7, 7, true);
    registry.forget(0);
    assertEquals(0, registry.durableOn(0, 1));
    assertEquals(1, registry.known(0));
    assertEquals(0, registry.inSync(0));
    assertEquals(7, registry.durableOn(1, 1));
    assertEquals(List.of(), registry.gone());
  }

  @Test
  void agreesWithCountingByHand() {
    Seeded.run(
        99,
        random -> {
          FollowerPosition[] followers = new FollowerPosition[6];
          long[] durable = new long[followers.length];
          for (int step = 0; step < 5_000; step++) {
            int f = random.nextInt(followers.length);
            if (followers[f] == null) {
              followers[f] = enter(f, 0, durable[f]);
            } else if (random.nextInt(10) == 0) {
              leave(followers[f]);
              followers[f] = null;
            } else {
              durable[f] += random.nextInt(5);
              followers[f].reached(durable[f], durable[f], true);
            }
            int asked = 1 + random.nextInt(followers.length);
            long[] sorted = durable.clone();
            Arrays.sort(sorted);
            assertEquals(sorted[sorted.length - asked], registry.durableOn(0, asked));
          }
        });
  }
}
