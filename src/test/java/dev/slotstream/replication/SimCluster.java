package dev.slotstream.replication;

import dev.slotstream.file.MemoryDisk;
import dev.slotstream.file.MemoryDisk.Death;
import dev.slotstream.replication.LinkStatus.State;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * The nodes of a simulated cluster, the connections between them and the time, which all stand
 * still until something is done to them. After everything that was done to a node it is looked at.
 */
final class SimCluster {
  private static final long TICK_NANOS = 250_000_000;

  private final SimPlan plan;
  private final SimTamper tamper;
  private final SplittableRandom random;
  private final SimTrace trace;
  private final List<SimNode> nodes = new ArrayList<>();
  private final List<SimLink> links = new ArrayList<>();
  private final List<SimHistory> histories;
  private final SimStatistics statistics;
  private long nanos = 1;
  private int connections;

  SimCluster(
      SimPlan plan,
      SimTamper tamper,
      SplittableRandom random,
      SimTrace trace,
      SimStatistics statistics) {
    this.plan = plan;
    this.tamper = tamper;
    this.random = random;
    this.trace = trace;
    this.statistics = statistics;
    this.histories =
        Stream.generate(() -> new SimHistory(plan.durabilities().getFirst()))
            .limit(plan.shards())
            .toList();
    for (int n = 0; n < plan.nodes(); n++) {
      SimNode node = new SimNode(n, plan, new MemoryDisk(random.split()), tamper, () -> nanos);
      nodes.add(node);
      node.audit().begin(histories, plan.keys());
      boolean last = n == plan.nodes() - 1;
      node.follow(n == 0 ? null : nodes.get(plan.chained() && last ? 1 : 0));
      start(node);
    }
  }

  List<SimNode> nodes() {
    return nodes;
  }

  SimNode leader() {
    return nodes.getFirst();
  }

  /** The ends of all connections that a running process still has. */
  List<SimEnd> ends() {
    links.removeIf(SimLink::isOver);
    return links.stream()
        .flatMap(link -> Stream.<SimEnd>of(link.leader(), link.follower()))
        .filter(SimEnd::isOfRunningProcess)
        .toList();
  }

  List<SimLink> links() {
    return links;
  }

  /** Looks at a node after something was done to it; its process may have ended over that. */
  void look(SimNode node) {
    if (node.hasDied()) {
      ended(node, node.disk().death());
    } else if (node.isUp()) {
      node.audit().look();
    }
  }

  /** Ends a node's process without a warning. */
  void crash(SimNode node, Death death) {
    node.disk().die(death);
    ended(node, death);
  }

  private void ended(SimNode node, Death death) {
    trace.add("  %s has ended: %s".formatted(node, death));
    statistics.count("death", death);
    count(node);
    List<SimLink> lost = lose(node);
    node.end(death);
    release(node, death, lost);
  }

  /** A process goes, and with it its ends of connections. */
  private List<SimLink> lose(SimNode node) {
    List<SimLink> lost = links.stream().filter(link -> link.touches(node)).toList();
    lost.forEach(link -> link.lose(node, random));
    return lost;
  }

  /** In OS nobody can be held to what was said before a power cut, also when it is heard later. */
  private static void release(SimNode node, Death death, List<SimLink> lost) {
    if (death == Death.POWER_CUT && node.losesWithThePower()) {
      lost.stream()
          .map(SimLink::follower)
          .filter(end -> end.node == node)
          .forEach(SimFollowerEnd::releasePromises);
    }
  }

  /** What a node has seen since it was started goes into the statistics. */
  private void count(SimNode node) {
    RecordingMeter meter = node.meter();
    meter.scans.forEach(reason -> statistics.count("full-" + reason));
    meter.gone.forEach(reason -> statistics.count("gone-" + reason));
    meter.lost.forEach(reason -> statistics.count("lost-" + reason));
    for (int shard = 0; shard < plan.shards(); shard++) {
      LinkStatus status = node.progress(shard).status();
      statistics.add("full-syncs", status.fullSyncs());
      statistics.add("resumes", status.resumes());
      statistics.add("ended-syncing", node.manual() != null && node.shard(shard).syncing() ? 1 : 0);
    }
  }

  /** The simulation is over. */
  void end() {
    nodes.forEach(this::count);
    statistics.add("parted", nodes.stream().mapToInt(node -> node.audit().parted()).sum());
  }

  /** Ends a node's process as it should end. */
  void stop(SimNode node) {
    count(node);
    List<SimLink> lost = lose(node);
    release(node, node.stop(), lost);
  }

  /** Starts a node's process; it may end again while it starts, if it is to. */
  void start(SimNode node) {
    if (node.start()) {
      look(node);
    } else {
      trace.add("  %s has ended while it started".formatted(node));
    }
  }

  /** Connects a follower to the node that it follows, if there is one to connect to. */
  void connect(SimNode node, int shard) {
    if (node.upstream() != null
        && node.upstream().isUp()
        && node.isUp()
        && node.mayConnect(shard)) {
      links.add(SimLink.connect(node, shard, plan, ++connections, tamper));
      look(node);
    }
  }

  /** Time goes on for all, and timers run. */
  void tick(int ticks) {
    nanos += ticks * TICK_NANOS;
    for (SimNode node : nodes) {
      if (node.isUp()) {
        node.sample();
      }
    }
    for (SimEnd end : ends()) {
      if (!end.isGone() && end.isOfRunningProcess()) {
        end.tick();
        look(end.node);
      }
    }
  }

  /** Bytes arrive. */
  void deliver(SimEnd to, int bytes) {
    to.receive(bytes);
    look(to.node);
    links.stream()
        .filter(link -> link.leader() == to || link.follower() == to)
        .map(link -> link.leader() == to ? link.follower() : link.leader())
        .filter(from -> from.isOfRunningProcess() && !from.isGone())
        .forEach(SimEnd::takenFromOut);
  }

  /** An event loop goes on. */
  void run(SimEnd end, int tasks) {
    end.run(tasks);
    look(end.node);
  }

  /** A round of each of an engine's threads. */
  void work(SimNode node) {
    if (node.isUp()) {
      node.manual().makeRoom();
      look(node);
    }
    for (int shard = 0; shard < plan.shards() && node.isUp(); shard++) {
      node.manual().sync(shard);
      look(node);
    }
    if (node.isUp()) {
      node.manual().checkpoint();
      look(node);
    }
  }

  /** Everything that can happen without the time going on happens, once. */
  void pump() {
    nodes.forEach(this::work);
    for (SimEnd end : ends()) {
      run(end, end.tasks());
      if (end.canReceive()) {
        deliver(end, end.in().size());
      }
      run(end, end.tasks());
    }
  }

  /** True when all are up, follow, and have what the leader has. */
  boolean isQuiet() {
    for (SimNode node : nodes) {
      for (int shard = 0; shard < plan.shards(); shard++) {
        boolean same =
            node.isUp()
                && (node.leads() || node.progress(shard).state() == State.LIVE)
                && node.audit().isSame(shard)
                && node.shard(shard).committedSequence() == node.shard(shard).appendedSequence();
        if (!same) {
          return false;
        }
      }
    }
    return true;
  }

  /** How far everybody is, for the trace. */
  String positions() {
    StringBuilder positions = new StringBuilder();
    for (SimNode node : nodes) {
      positions.append(' ').append(node).append('=');
      for (int shard = 0; shard < plan.shards(); shard++) {
        positions.append(shard > 0 ? "," : "").append(node.isUp() ? at(node, shard) : "down");
      }
    }
    return positions.toString();
  }

  private static String at(SimNode node, int shard) {
    String sequences =
        "%d:%d:%d"
            .formatted(
                node.shard(shard).history().epoch(),
                node.shard(shard).committedSequence(),
                node.shard(shard).appendedSequence());
    return node.leads()
        ? sequences
        : sequences
            + node.progress(shard).state().name().charAt(0)
            + (node.shard(shard).syncing() ? "!" : "");
  }
}
