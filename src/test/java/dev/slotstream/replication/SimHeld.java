package dev.slotstream.replication;

import dev.slotstream.engine.Durability;
import dev.slotstream.engine.Shard;
import dev.slotstream.engine.ShardHistory;
import dev.slotstream.file.MemoryDisk.Death;
import dev.slotstream.replication.LinkStatus.State;
import dev.slotstream.replication.SimSlots.Logged;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What one node must hold of one shard, and whether it does: looked at after everything that the
 * node did.
 *
 * <ul>
 *   <li>its log is the leader's, record for record, without gaps and without repetitions
 *   <li>its slots are what the records up to its last committed one make, unless it says that it is
 *       a mixture
 *   <li>what it has promised to hold it holds, as long as the leader has not lost it
 *   <li>what it held and the leader has lost it has put aside
 * </ul>
 */
final class SimHeld {
  private final SimNode node;
  private final int shard;
  private final SimHistory history;
  private final int keys;

  /** The last record of its log; while it is a mixture that means nothing. */
  private SimEvent head;

  private boolean syncing;

  /** False after a power cut in OS, until it has caught up again; and for who copies it then. */
  private boolean whole = true;

  private boolean scansWhole;

  private long oldest = 1;
  private long durableEver;

  /** The leadership that it knew of last. */
  private int epoch;

  /** The last write that a client was told is done. */
  private long acknowledged;

  private SimEvent promise;
  private final List<SimEvent> parted = new ArrayList<>();

  private SimEvent madeOf;
  private SimSlot[] made = {};
  private boolean compared;

  /** What followers have said that they hold, by their numbers; in this life of the process. */
  private final Map<Integer, Long> told = new HashMap<>();

  SimHeld(SimNode node, int shard, SimHistory history, int keys) {
    this.node = node;
    this.shard = shard;
    this.history = history;
    this.keys = keys;
  }

  private SimFailure failure(String what) {
    return new SimFailure("%s shard=%d %s".formatted(node, shard, what));
  }

  private Durability durability() {
    return node.options().durability();
  }

  /** Whether a record is on the disk before it is in its slot, and before followers get it. */
  private boolean forcesFirst() {
    return durability() != Durability.OS;
  }

  /** Looks at the running process. */
  void look() {
    Shard of = node.shard(shard);
    boolean live = node.progress(shard).state() == State.LIVE;
    checkDurable(of);
    if (of.syncing()) {
      if (live) {
        throw failure("is live and a mixture");
      }
      beMixture();
      return;
    }
    if (syncing) {
      beWhole(of);
    } else {
      extend(of.appendedSequence());
    }
    if (live && !whole && nothingMoreIsToCome(of)) {
      whole = true;
      compared = false;
    }
    oldest = of.oldestSequence();
    checkContent(of);
    checkPromise();
    epoch = of.history().epoch();
  }

  /** Who follows a follower that is not whole is not, either, before both have everything. */
  private boolean nothingMoreIsToCome(Shard of) {
    SimNode upstream = node.upstream();
    boolean hasAll = isSame() && of.committedSequence() == of.appendedSequence();
    return upstream.leads() || (upstream.audit().isWhole(shard) && hasAll);
  }

  /** Whether it has all that the leader ever wrote, and has not lost. */
  boolean isSame() {
    return head == history.head();
  }

  /** A full sync is under way; what its log gets in the meantime is the leader's. */
  private void beMixture() {
    if (!syncing) {
      syncing = true;
      scansWhole = true;
      part();
    }
    scansWhole &= node.upstream().audit().isWhole(shard);
    head = null;
    new SimSlots(node, shard).log(1).forEach(this::known);
  }

  /** What only this node has by now is to be found beside the log one day. */
  private void part() {
    for (SimEvent own = head; own != null && !SimEvent.holds(history.head(), own); ) {
      if (!history.leaderMayLoseRecords()) {
        throw failure("has a record that its leader has lost: " + own);
      }
      if (own.sequence() >= oldest && !own.isMark()) {
        parted.add(own);
      }
      own = own.before();
    }
  }

  /** A full sync has ended, here or before a restart. */
  private void beWhole(Shard of) {
    syncing = false;
    whole = scansWhole;
    compared = false;
    durableEver = 0;
    long last = of.appendedSequence();
    head = history.at(of.epochAt(last), last);
    if (head == null && last > 0) {
      throw failure("stands at a place that no leader had: " + of.epochAt(last) + ":" + last);
    }
  }

  private void extend(long appended) {
    if (appended == SimEvent.sequenceOf(head)) {
      return;
    }
    for (Logged record : new SimSlots(node, shard).log(SimEvent.sequenceOf(head) + 1)) {
      if (record.sequence() != SimEvent.sequenceOf(head) + 1) {
        throw failure("log has a gap: %s behind %s".formatted(record, head));
      }
      if (node.leads()) {
        history.written(
            SimEvent.write(
                head, record.epoch(), record.sequence(), record.slot(), record.content()));
        head = history.head();
      } else {
        SimEvent event = known(record);
        if (event.before() != head) {
          throw failure(
              "took %s behind %s and not behind %s".formatted(event, head, event.before()));
        }
        head = event;
      }
    }
  }

  private SimEvent known(Logged record) {
    SimEvent event = history.at(record.epoch(), record.sequence());
    boolean same =
        event != null
            && (event.isMark()
                || (event.slot() == record.slot() && event.content().equals(record.content())));
    if (!same) {
      throw failure("log is not the leader's: %s expected=%s".formatted(record, event));
    }
    return event;
  }

  private void checkDurable(Shard of) {
    if (forcesFirst()) {
      durableEver = Math.max(durableEver, node.manual().durableSequence(shard));
      if (node.leads()) {
        history.durable(durableEver);
      }
    }
    if (of.appendedSequence() >= history.firstThatMayBeLost() && !node.leads()) {
      throw failure(
          "holds what its leader could lose, sequence=%d leader's durable=%d"
              .formatted(of.appendedSequence(), history.firstThatMayBeLost() - 1));
    }
  }

  private void checkContent(Shard of) {
    SimEvent committed = SimEvent.upTo(head, of.committedSequence());
    if (!whole || (compared && committed == madeOf)) {
      return;
    }
    make(committed);
    SimSlots actual = new SimSlots(node, shard);
    String difference = actual.difference(made);
    if (difference == null && keys <= SimPlan.FEW_KEYS) {
      difference = actual.unread(readable(), keys);
    }
    if (difference != null) {
      throw failure(
          "is %s and holds another content than the leader did at %s: %s"
              .formatted(node.progress(shard).state(), committed, difference));
    }
    compared = true;
  }

  /** In INTERVAL readers see what waits for the disk. */
  private SimSlot[] readable() {
    return durability() == Durability.INTERVAL ? SimEvent.slots(head) : made;
  }

  private void make(SimEvent committed) {
    if (committed != null && committed.before() == madeOf && !committed.isMark()) {
      made = committed.applyTo(made);
    } else {
      made = SimEvent.slots(committed);
    }
    madeOf = committed;
  }

  private void checkPromise() {
    if (promise != null && !SimEvent.holds(history.head(), promise)) {
      promise = null; // the leader has lost it, which part() has an opinion about
    }
    if (promise != null && !SimEvent.holds(head, promise)) {
      throw failure("does not hold what it promised: %s, it ends with %s".formatted(promise, head));
    }
  }

  /** Its process has begun anew after these endings. */
  void started(List<Death> deaths) {
    Shard of = node.shard(shard);
    boolean powerCut = deaths.contains(Death.POWER_CUT);
    boolean lossy = !forcesFirst() && powerCut;
    if (powerCut && durability() != Durability.FSYNC) {
      acknowledged = 0;
    }
    if (lossy) {
      promise = null;
    }
    long appended = of.appendedSequence();
    compared = false;
    told.clear();
    if (of.syncing()) {
      look();
      return;
    }
    if (syncing) {
      beWhole(of);
      whole &= !lossy;
    } else {
      comeBack(of, appended, lossy, powerCut);
    }
    durableEver = forcesFirst() ? appended : durableEver;
    look();
  }

  private void comeBack(Shard of, long appended, boolean lossy, boolean powerCut) {
    long had = Math.max(acknowledged, powerCut ? durableEver : SimEvent.sequenceOf(head));
    if (!lossy && appended < had) {
      throw failure("lost records, sequence=%d expected=%d or more".formatted(appended, had));
    }
    if (node.leads() && lossy) {
      leadAnew(of);
      return;
    }
    SimEvent left = SimEvent.upTo(head, appended);
    if (node.leads() && left != head) {
      history.lostBehind(left);
    }
    head = left;
    extend(appended);
    whole &= !lossy;
  }

  /** In OS a power cut leaves a leader whatever it leaves: with that a history begins. */
  private void leadAnew(Shard of) {
    ShardHistory told = of.history();
    long first =
        told.epochs().stream()
            .filter(start -> start.epoch() > epoch)
            .mapToLong(ShardHistory.EpochStart::firstSequence)
            .min()
            .orElse(of.appendedSequence() + 1);
    head = SimEvent.upTo(head, first - 1);
    history.lostBehind(head);
    if (of.appendedSequence() == first - 1) {
      return; // it was closed before the power went
    }
    head = SimEvent.mark(head, of.appendedSequence(), new SimSlots(node, shard).read());
    history.marked(head, of.epochAt(of.appendedSequence()));
  }

  void acknowledged(long sequence) {
    acknowledged = Math.max(acknowledged, sequence);
  }

  /** An ack goes out that names this sequence as durable; answers the record. */
  SimEvent promises(long sequence) {
    Shard of = node.shard(shard);
    boolean durable = !forcesFirst() || node.manual().durableSequence(shard) >= sequence;
    if (of.syncing() || of.committedSequence() < sequence || !durable) {
      throw failure(
          "says that it has on disk what it has not, sequence=%d committed=%d durable=%d syncing=%s"
              .formatted(
                  sequence,
                  of.committedSequence(),
                  node.manual().durableSequence(shard),
                  of.syncing()));
    }
    look();
    return SimEvent.upTo(head, sequence);
  }

  /** A leader knows now that this node holds this record. */
  void promised(SimEvent event) {
    if (promise == null
        || !SimEvent.holds(history.head(), promise)
        || event.sequence() > promise.sequence()) {
      promise = event;
    }
  }

  /** As the one who is followed: a follower has said what it has on disk. */
  void toldBy(int follower, long sequence) {
    told.merge(follower, sequence, Math::max);
    FollowerRegistry registry = node.leader().registry();
    long[] ascending = told.values().stream().mapToLong(Long::longValue).sorted().toArray();
    for (int followers = 1; followers <= ascending.length; followers++) {
      long claimed = registry.durableOn(shard, followers);
      if (claimed > ascending[ascending.length - followers]) {
        throw failure(
            "believes that %d followers have %d, but they said %s"
                .formatted(followers, claimed, told));
      }
    }
  }

  boolean isWhole() {
    return whole;
  }

  /** Records that only this node had, and gave up for its leader's. */
  List<SimEvent> parted() {
    return parted;
  }

  /** After everything has come to rest: it is what the leader is, however that is looked at. */
  void checkSame() {
    compared = false;
    look();
    if (!isSame() || !whole || node.shard(shard).committedSequence() != SimEvent.sequenceOf(head)) {
      throw failure(
          "has not become what its leader is: %s expected=%s".formatted(head, history.head()));
    }
    String unread = new SimSlots(node, shard).unread(readable(), keys);
    if (unread != null) {
      throw failure("is the same to followers, but not to users: " + unread);
    }
  }
}
