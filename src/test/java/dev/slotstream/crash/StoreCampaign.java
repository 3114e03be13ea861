package dev.slotstream.crash;

import dev.slotstream.crash.LinearizabilityChecker.Verdict;
import dev.slotstream.engine.Durability;
import dev.slotstream.engine.SlotEngine;
import dev.slotstream.kit.TestFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/**
 * A store and the processes that have it, one after the other, each of which dies. What the clients
 * did from one opening to the next is a round: it begins with what was found at the first one, and
 * ends with what was found at the next. One thread.
 */
final class StoreCampaign {
  /** A point that is not reached until then will not be reached. */
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(5);

  private static final String CLOSES = ClosingStore.class.getName();

  private final Path base;
  private final Path agent;
  private final Optional<PlantedFault> fault;
  private final String main;
  private final List<List<Operation>> rounds = new ArrayList<>();
  private List<Operation> open = new ArrayList<>();
  private Path directory;
  private int life;
  private long newKey = StoreClient.FIRST_OWN_KEY;
  private long operations;
  private double slowestOpening;

  /**
   * Begins with an empty store.
   *
   * @param main the child's main class
   */
  StoreCampaign(Path base, Path agent, Class<?> main, Optional<PlantedFault> fault) {
    this.base = base;
    this.agent = agent;
    this.fault = fault;
    this.main = main.getName();
    this.directory = base.resolve("store-0");
  }

  /** A process that is killed after so long a time of work. */
  void kill(Durability durability, long millis) throws IOException, InterruptedException {
    CrashPlan plan = CrashPlan.none(countersFile());
    live(main, plan, durability, OptionalLong.of(millis));
  }

  /** A process that halts at a point; false when it did not come there. */
  boolean halt(CrashPoint point, int n, Durability durability)
      throws IOException, InterruptedException {
    CrashPlan plan = CrashPlan.at(point, n, countersFile());
    return live(main, plan, durability, OptionalLong.empty());
  }

  /** A process that closes its store after some work, and ends. */
  void close(Durability durability) throws IOException, InterruptedException {
    closing(CrashPlan.none(countersFile()), durability);
  }

  /** A process that halts at a point while it closes its store. */
  void haltClosing(CrashPoint point, int n, Durability durability)
      throws IOException, InterruptedException {
    closing(CrashPlan.at(point, n, countersFile()), durability);
  }

  private void closing(CrashPlan plan, Durability durability)
      throws IOException, InterruptedException {
    if (!live(CLOSES, plan, durability, OptionalLong.empty())) {
      throw new CampaignFailure("child did not close its store, life=" + life);
    }
  }

  private Path countersFile() {
    return base.resolve("points");
  }

  /** How often each point was passed, and how often a process ended there. */
  PointCounters counters() {
    return PointCounters.open(countersFile());
  }

  private boolean live(
      String what, CrashPlan plan, Durability durability, OptionalLong killAfterMillis)
      throws IOException, InterruptedException {
    life++;
    Path notes = base.resolve("life-" + life + ".log");
    OperationLog log = new OperationLog(notes);
    long start = System.nanoTime();
    ChildJvm child =
        ChildJvm.start(
            agent,
            plan.with(fault),
            base.resolve("life-" + life + ".txt"),
            what,
            new Life(directory, durability, notes, life, newKey).arguments());
    boolean ended;
    if (killAfterMillis.isPresent()) {
      ended =
          child.endsBefore(() -> log.readyAt() != 0)
              || child.endsWithin(killAfterMillis.getAsLong());
    } else {
      ended =
          child.endsBefore(
              () -> log.readyAt() != 0 && System.nanoTime() - log.readyAt() > PATIENCE_NANOS);
    }
    child.kill();
    long goneAt = System.nanoTime();
    child.assertKilled();
    take(log, start, goneAt);
    Files.delete(notes);
    return ended;
  }

  private void take(OperationLog log, long start, long goneAt) {
    if (log.sawWhatIsNotWhole()) {
      throw new CampaignFailure("a value was not whole, or could not be read, life=" + life);
    }
    if (log.readyAt() == 0) {
      return; // it died while the store was opened: the next one finds what there is
    }
    slowestOpening = Math.max(slowestOpening, (log.readyAt() - start) / 1e9);
    List<Operation> found = log.found();
    endRound(found);
    for (Operation one : found) {
      if (one.value() != 0) {
        open.add(Operation.given(one.key(), one.value(), one.returned()));
      }
    }
    for (Operation operation : log.operations(goneAt)) {
      newKey = Math.max(newKey, Long.parseLong(operation.key()) + 1);
      open.add(operation);
      operations++;
    }
  }

  private void endRound(List<Operation> found) {
    if (!open.isEmpty()) {
      for (Operation one : found) {
        open.add(Operation.found(one.key(), one.value(), one.called(), one.returned()));
      }
      rounds.add(open);
    }
    open = new ArrayList<>();
  }

  /** The store is opened and closed: there is nothing to replay afterwards, nor to repair by it. */
  void closeCleanly() {
    SlotEngine.open(CampaignStore.options(directory, Durability.FSYNC)).close();
  }

  /** Goes on with another empty store. */
  void renew() throws IOException, InterruptedException {
    kill(Durability.FSYNC, 0);
    open = new ArrayList<>();
    directory = base.resolve("store-" + life);
    newKey = StoreClient.FIRST_OWN_KEY;
  }

  /** Takes the store away from the follower, if there is one: it will begin with a full sync. */
  void forgetFollower() {
    TestFiles.deleteTree(CrashingFollower.directory(directory));
  }

  /** What the checker says of all rounds that have ended since it was asked last. */
  Verdict check(LinearizabilityChecker checker, String name) throws InterruptedException {
    Verdict verdict = checker.check(name, rounds);
    rounds.clear();
    return verdict;
  }

  /** Processes so far. */
  int lives() {
    return life;
  }

  /** Operations of clients so far. */
  long operations() {
    return operations;
  }

  /** The longest time from a process' start until its store was open and read, in seconds. */
  double slowestOpening() {
    return slowestOpening;
  }
}
