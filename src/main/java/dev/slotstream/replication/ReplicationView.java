package dev.slotstream.replication;

import java.util.List;

/** What replication shows of itself. Any thread. */
public interface ReplicationView {
  /** Nothing replicates. */
  ReplicationView NONE =
      new ReplicationView() {
        @Override
        public List<FollowerStatus> followers() {
          return List.of();
        }

        @Override
        public List<LinkStatus> links() {
          return List.of();
        }
      };

  /**
   * The followers of this node, one entry per follower and shard: those that are connected, and
   * those that are remembered.
   */
  List<FollowerStatus> followers();

  /** This node's own links to its leader, one per shard; empty on a leader. */
  List<LinkStatus> links();
}
