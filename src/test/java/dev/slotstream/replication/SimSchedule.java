package dev.slotstream.replication;

import dev.slotstream.file.MemoryDisk.Death;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.function.Predicate;

/**
 * One simulation: a cluster made from a seed, steps drawn from it, then everything is healed, and
 * all nodes must come to hold the same.
 */
final class SimSchedule {
  private static final int MOST_ROUNDS = 400;

  private final SplittableRandom random;
  private final SimPlan plan;
  private final SimTrace trace = new SimTrace();
  private final SimTamper tamper;
  private final SimStatistics statistics;
  private SimCluster cluster;
  private SimClient client;

  /** Something that may happen, and how likely that is. */
  private enum Step {
    WRITE(16),
    DELIVER(26),
    LOOP(22),
    WORK(18),
    PUMP(5),
    TICK(5),
    CONNECT(10),
    CUT(2),
    CRASH(1),
    DIE(2),
    STOP(1),
    START(6),
    WRITE_BACK(2),
    CHECKPOINT(2),
    TURN(1);

    private final int weight;

    Step(int weight) {
      this.weight = weight;
    }

    private static Step draw(SplittableRandom random) {
      int total = 0;
      for (Step step : values()) {
        total += step.weight;
      }
      int drawn = random.nextInt(total);
      for (Step step : values()) {
        drawn -= step.weight;
        if (drawn < 0) {
          return step;
        }
      }
      throw new IllegalStateException();
    }
  }

  SimSchedule(long seed, SimTamper tamper, SimStatistics statistics) {
    this.random = new SplittableRandom(seed);
    this.plan = SimPlan.of(seed, random);
    this.tamper = tamper;
    this.statistics = statistics;
  }

  /** Runs it; answers what happened. */
  SimTrace run() {
    trace.add(plan.toString());
    try {
      cluster = new SimCluster(plan, tamper, random.split(), trace, statistics);
      client = new SimClient(plan, random.split());
      begin();
      for (int step = 0; step < plan.steps(); step++) {
        step();
      }
      heal();
      cluster.end();
      return trace;
    } catch (SimFailure e) {
      throw failure(e);
    } catch (RuntimeException e) {
      throw failure(new SimFailure("unexpected: " + e, e));
    }
  }

  private SimFailure failure(SimFailure why) {
    String positions = cluster == null ? "" : cluster.positions();
    return new SimFailure(
        "failed with -Dslotstream.seed=%d: %s%n%s%n%s"
            .formatted(plan.seed(), why.getMessage(), trace, positions),
        why);
  }

  /** Often everything works at first. */
  private void begin() {
    if (plan.wide()) {
      for (int key = 0; key < plan.keys(); key += random.nextInt(1, 3)) {
        client.put(cluster.leader(), key);
        if (key % 16 == 0) {
          cluster.work(cluster.leader());
        }
      }
    }
    if (random.nextInt(3) > 0) {
      settle();
    }
  }

  private void settle() {
    cluster.nodes().forEach(node -> connectAll(node));
    for (int round = 0; round < 12; round++) {
      cluster.pump();
    }
    note("settle", "");
  }

  private void connectAll(SimNode node) {
    for (int shard = 0; shard < plan.shards(); shard++) {
      cluster.connect(node, shard);
    }
  }

  private void note(String step, Object about) {
    trace.add(step + " " + about + cluster.positions());
  }

  private void step() {
    Step step = Step.draw(random);
    Object about =
        switch (step) {
          case WRITE -> write();
          case DELIVER -> deliver();
          case LOOP -> loop();
          case WORK -> work();
          case PUMP -> pump();
          case TICK -> tick();
          case CONNECT -> connect();
          case CUT -> cut();
          case CRASH -> crash();
          case DIE -> die();
          case STOP -> stop();
          case START -> start();
          case WRITE_BACK -> writeBack();
          case CHECKPOINT -> checkpoint();
          case TURN -> turn();
        };
    if (about != null) {
      statistics.count("step", step);
      note(step.name().toLowerCase(Locale.ROOT), about);
    }
  }

  private <T> T pick(List<T> among) {
    return among.isEmpty() ? null : among.get(random.nextInt(among.size()));
  }

  private SimNode node(Predicate<SimNode> which) {
    return pick(cluster.nodes().stream().filter(which).toList());
  }

  private Object write() {
    if (!cluster.leader().isUp()) {
      return null;
    }
    int writes = random.nextInt(1, random.nextInt(6) == 0 ? 40 : 5);
    for (int w = 0; w < writes; w++) {
      client.write(cluster.leader());
    }
    cluster.look(cluster.leader());
    return writes;
  }

  private Object deliver() {
    SimEnd to = pick(cluster.ends().stream().filter(SimEnd::canReceive).toList());
    if (to == null) {
      return null;
    }
    int size = to.in().size();
    int bytes = random.nextInt(3) > 0 ? size : random.nextInt(size + 1);
    cluster.deliver(to, bytes);
    return to + " " + bytes;
  }

  private Object loop() {
    SimEnd end = pick(cluster.ends().stream().filter(e -> e.tasks() > 0).toList());
    if (end == null) {
      return null;
    }
    int tasks = random.nextInt(3) > 0 ? end.tasks() : 1;
    cluster.run(end, tasks);
    return end + " " + tasks;
  }

  private Object work() {
    SimNode node = node(SimNode::isUp);
    if (node == null) {
      return null;
    }
    int what = random.nextInt(6);
    switch (what) {
      case 0 -> node.manual().makeRoom();
      case 1, 2 -> node.manual().checkpoint();
      case 3, 4 -> node.manual().sync(random.nextInt(plan.shards()));
      default -> cluster.work(node);
    }
    cluster.look(node);
    return node + " " + what;
  }

  private Object pump() {
    int rounds = random.nextInt(1, 4);
    for (int round = 0; round < rounds; round++) {
      cluster.pump();
    }
    return rounds;
  }

  private Object tick() {
    int ticks = random.nextInt(4) == 0 ? random.nextInt(1, 48) : 1;
    cluster.tick(ticks);
    return ticks;
  }

  private Object connect() {
    int shard = random.nextInt(plan.shards());
    SimNode node = node(each -> !each.leads() && each.isUp() && each.mayConnect(shard));
    if (node == null) {
      return null;
    }
    cluster.connect(node, shard);
    return node + "/" + shard;
  }

  private Object cut() {
    SimLink link = pick(cluster.links());
    if (link == null) {
      return null;
    }
    link.cut(random);
    return link.follower();
  }

  private Death death() {
    return random.nextBoolean() ? Death.KILL : Death.POWER_CUT;
  }

  private Object crash() {
    SimNode node = node(SimNode::isUp);
    if (node != null) {
      cluster.crash(node, death());
    }
    return node;
  }

  /** The process will end at some operation of its disk that comes. */
  private Object die() {
    SimNode node = node(SimNode::isUp);
    if (node == null) {
      return null;
    }
    int operations = random.nextInt(1, 16);
    node.disk().dieAt(operations, death());
    return node + " at " + operations;
  }

  private Object stop() {
    SimNode node = node(SimNode::isUp);
    if (node != null) {
      cluster.stop(node);
    }
    return node;
  }

  private Object start() {
    SimNode node = node(each -> !each.isUp());
    if (node == null) {
      return null;
    }
    if (random.nextInt(4) == 0) {
      node.disk().dieAt(random.nextInt(1, 16), death());
    }
    cluster.start(node);
    return node;
  }

  private Object writeBack() {
    SimNode node = node(SimNode::isUp);
    if (node != null) {
      node.disk().writeBack(random.nextInt(101));
    }
    return node;
  }

  private Object checkpoint() {
    SimNode node = node(SimNode::isUp);
    if (node != null) {
      node.manual().checkpointAll();
      cluster.look(node);
    }
    return node;
  }

  /** The last node follows another one from its next start on. */
  private Object turn() {
    SimNode last = cluster.nodes().getLast();
    if (!plan.chained() || last.isUp()) {
      return null;
    }
    last.follow(cluster.nodes().get(random.nextInt(2)));
    return last + " to " + last.upstream();
  }

  /** Everything works again, until nothing happens any more; then once more with new writes. */
  private void heal() {
    trace.add("heal");
    for (int writes = 0; writes < 3; writes++) {
      for (int w = 0; w < 2 * writes; w++) {
        client.write(cluster.leader());
      }
      comeToRest();
      cluster.nodes().forEach(node -> node.audit().checkSame());
    }
  }

  private void comeToRest() {
    for (int round = 0; round < MOST_ROUNDS; round++) {
      for (SimNode node : cluster.nodes()) {
        if (!node.isUp()) {
          cluster.start(node);
        }
        connectAll(node);
      }
      cluster.pump();
      cluster.pump();
      if (cluster.isQuiet()) {
        note("quiet after " + round, "");
        return;
      }
      cluster.tick(1);
    }
    throw new SimFailure("does not come to rest");
  }
}
