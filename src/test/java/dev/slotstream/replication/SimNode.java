package dev.slotstream.replication;

import dev.slotstream.engine.DamagedLog;
import dev.slotstream.engine.Durability;
import dev.slotstream.engine.EngineOptions;
import dev.slotstream.engine.ManualEngine;
import dev.slotstream.engine.Shard;
import dev.slotstream.engine.SlotEngine;
import dev.slotstream.file.MemoryDisk;
import dev.slotstream.file.MemoryDisk.Death;
import dev.slotstream.replication.ReplicationServer.ServerOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;

/**
 * One node of a simulated cluster: a disk that stays, and a process on it that comes and goes. The
 * first node leads; the others follow it, or each other.
 */
final class SimNode {
  private final int number;
  private final EngineOptions options;
  private final ServerOptions server;
  private final SimTamper tamper;
  private final LongSupplier clock;
  private final SimAudit audit;
  private MemoryDisk disk;
  private boolean logDamaged;
  private SimNode upstream;
  private ManualEngine manual;
  private RecordingMeter meter;
  private LeaderContext leader;
  private List<LinkProgress> progress = List.of();
  private SimFollowerEnd[] links;
  private SimFollowerEnd[] former;
  private final List<Death> deaths = new ArrayList<>();
  private final List<SimLeaderEnd> sessions = new ArrayList<>();

  SimNode(int number, SimPlan plan, MemoryDisk disk, SimTamper tamper, LongSupplier clock) {
    this.number = number;
    this.options = number == 0 ? plan.options(0) : plan.options(number).following();
    this.server = plan.server();
    this.disk = disk;
    this.tamper = tamper;
    this.clock = clock;
    this.audit = new SimAudit(this);
    this.links = new SimFollowerEnd[plan.shards()];
    this.former = new SimFollowerEnd[plan.shards()];
    try {
      ManualEngine.identify(options, disk, new UUID(plan.seed(), number));
    } catch (IOException e) {
      throw new SimFailure("node cannot be made: " + e, e);
    }
  }

  /** Starts its process. False when that has ended again while it started. */
  boolean start() {
    meter = new RecordingMeter();
    try {
      manual = ManualEngine.open(options, tamper.storage(this, disk));
    } catch (IOException | RuntimeException e) {
      manual = null;
      if (disk.dead()) {
        end(disk.death());
        return false;
      }
      throw new SimFailure(this + " does not start: " + e, e);
    }
    List<DamagedLog> damaged = engine().recovery().damagedLogs();
    if (!damaged.isEmpty() && !logDamaged) {
      throw new SimFailure(this + " finds damage that nobody has done: " + damaged, null);
    }
    progress =
        IntStream.range(0, links.length)
            .mapToObj(shard -> new LinkProgress(shard, "sim", meter, clock))
            .toList();
    leader =
        LeaderContext.of(
            engine(), server, meter, clock, leads() ? LeaderPosition.OWN : new Following());
    if (disk.dead()) {
      end(disk.death());
      return false;
    }
    audit.started(deaths);
    deaths.clear();
    return true;
  }

  /** Somebody damages its log, while its process does not run: it may say so from now on. */
  void damageLog(Path file, byte[] content) {
    disk.place(file, content);
    logDamaged = true;
  }

  /** See {@link ReplicationClient}. */
  private final class Following implements LeaderPosition {
    @Override
    public long last(Shard shard) {
      return Math.max(shard.committedSequence(), progress.get(shard.number()).leaderLast());
    }

    @Override
    public boolean isSettled(Shard shard) {
      return !shard.history().own() || progress.get(shard.number()).caughtUpOnce();
    }
  }

  /** Its process has ended, or is ended now; answers how. */
  Death end(Death wanted) {
    disk.die(wanted);
    Death death = disk.death();
    deaths.add(death);
    disk = disk.next();
    manual = null;
    links = new SimFollowerEnd[links.length];
    former = new SimFollowerEnd[links.length];
    sessions.clear();
    return death;
  }

  /** Its process ends as it should; answers how it did, since it can die over that. */
  Death stop() {
    sessions.clear();
    manual.engine().close();
    return end(Death.KILL);
  }

  /** Whether records that it has told of may go with the power. */
  boolean losesWithThePower() {
    return options.durability() == Durability.OS;
  }

  /** What verticles do beside their sessions, about ten times a second. */
  void sample() {
    for (Shard shard : engine().shards()) {
      leader.commitClocks().get(shard.number()).sample(shard.committedSequence(), now());
      if (shard.syncing()) {
        leader.registry().forget(shard.number());
      }
    }
  }

  boolean leads() {
    return number == 0;
  }

  /** True while its process runs. */
  boolean isUp() {
    return manual != null && !disk.dead();
  }

  /** True when its process has ended without having been told to. */
  boolean hasDied() {
    return manual != null && disk.dead();
  }

  int number() {
    return number;
  }

  int shards() {
    return links.length;
  }

  EngineOptions options() {
    return options;
  }

  MemoryDisk disk() {
    return disk;
  }

  ManualEngine manual() {
    return manual;
  }

  SlotEngine engine() {
    return manual.engine();
  }

  Shard shard(int shard) {
    return engine().shards().get(shard);
  }

  LeaderContext leader() {
    return leader;
  }

  RecordingMeter meter() {
    return meter;
  }

  LinkProgress progress(int shard) {
    return progress.get(shard);
  }

  SimAudit audit() {
    return audit;
  }

  List<SimLeaderEnd> sessions() {
    return sessions;
  }

  SimNode upstream() {
    return upstream;
  }

  void follow(SimNode node) {
    upstream = node;
  }

  /** Whether the shard may be connected: it is not, and has done with what it was sent before. */
  boolean mayConnect(int shard) {
    return links[shard] == null && (former[shard] == null || former[shard].isSettled());
  }

  void link(SimFollowerEnd end) {
    links[end.shard] = end;
  }

  /** A connection is gone; {@link LinkVerticle} would wait a while, and connect again. */
  void unlink(SimFollowerEnd end) {
    if (links[end.shard] == end) {
      links[end.shard] = null;
      former[end.shard] = end;
      if (progress.get(end.shard).state() == LinkStatus.State.REFUSED) {
        throw new SimFailure(
            this + " was refused: " + progress.get(end.shard).status().lastError());
      }
      progress.get(end.shard).waiting();
    }
  }

  long now() {
    return clock.getAsLong();
  }

  @Override
  public String toString() {
    return "n" + number;
  }
}
