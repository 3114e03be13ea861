/**
 * Replication: the leader's side (a server, one verticle per follower connection), and the
 * follower's side (one connection per shard).
 *
 * <p>May use: {@code wire}, {@code engine}, {@code log} (and {@code slot} for a copied slot's
 * bytes), Vert.x and Mutiny. Threads: all state of a connection lives on that connection's event
 * loop. No thread ever waits for an ack.
 */
package dev.slotstream.replication;
