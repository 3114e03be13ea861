package dev.slotstream.kv;

import dev.slotstream.replication.FollowerStatus;
import dev.slotstream.replication.LinkStatus;
import java.util.List;
import java.util.Optional;

/**
 * Who replicates what from whom, at one moment.
 *
 * @param role leader or follower
 * @param epoch the present leadership
 * @param leader host and port that a follower follows; absent on a leader
 * @param followers connected to this node, one entry per follower and shard
 * @param links to this node's leader, one per shard; empty on a leader
 */
public record ReplicationStatus(
    String role,
    String storeId,
    int epoch,
    Optional<String> leader,
    List<FollowerStatus> followers,
    List<LinkStatus> links) {}
