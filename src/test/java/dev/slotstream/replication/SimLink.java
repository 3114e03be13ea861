package dev.slotstream.replication;

import dev.slotstream.replication.LeaderLink.LinkOptions;
import dev.slotstream.replication.SimEnd.Wiring;
import java.util.SplittableRandom;

/** A simulated connection between a follower and the node that it follows. */
record SimLink(SimLeaderEnd leader, SimFollowerEnd follower) {

  static SimLink connect(SimNode node, int shard, SimPlan plan, int number, SimTamper tamper) {
    SimPipe down = new SimPipe();
    SimPipe up = new SimPipe();
    int room = plan.sending().room();
    String name = node.upstream() + "-" + node + "/" + shard + "#" + number;
    SimFollowerEnd follower =
        new SimFollowerEnd(
            node,
            shard,
            new Wiring(name + "f", down, up, room, tamper),
            new LinkOptions(node.toString(), plan.sending().window()));
    SimLeaderEnd leader =
        new SimLeaderEnd(node.upstream(), new Wiring(name + "l", up, down, room, tamper), follower);
    node.upstream().sessions().add(leader);
    node.link(follower);
    follower.open();
    return new SimLink(leader, follower);
  }

  /** True when nothing can happen on it any more. */
  boolean isOver() {
    return isOver(leader) && isOver(follower);
  }

  private static boolean isOver(SimEnd end) {
    return !end.isOfRunningProcess() || (end.isGone() && end.isSettled());
  }

  /** The network loses what is under way from some byte on, either way; both may learn of it. */
  void cut(SplittableRandom random) {
    cut(leader.out(), random);
    cut(follower.out(), random);
  }

  private static void cut(SimPipe pipe, SplittableRandom random) {
    pipe.cut(kept(pipe, random), random.nextInt(3) > 0);
  }

  private static int kept(SimPipe pipe, SplittableRandom random) {
    return switch (random.nextInt(3)) {
      case 0 -> 0;
      case 1 -> pipe.size();
      default -> random.nextInt(pipe.size() + 1);
    };
  }

  /** The process at one end is gone. */
  void lose(SimNode node, SplittableRandom random) {
    SimEnd gone = leader.node == node ? leader : follower;
    gone.in().cut(0, false);
    cut(gone.out(), random);
  }

  boolean touches(SimNode node) {
    return leader.node == node || follower.node == node;
  }
}
