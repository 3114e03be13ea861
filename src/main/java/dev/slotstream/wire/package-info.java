/**
 * The replication protocol's frames: bytes in, frames out.
 *
 * <p>Purpose: the byte layout of every frame, the bounds of its length, and the codec between the
 * two. What a frame means, and when it may be sent, is the business of those who use the package.
 *
 * <p>Allowed imports: {@code java.*} only. No framework, no socket, no other package of this
 * project.
 *
 * <p>Threading: nothing here locks, and nothing here starts a thread. A decoder and a batch encoder
 * belong to one connection and are used by one thread at a time. Frames never change after they are
 * made and may be handed to any thread; a cursor stays with the thread that asked for it.
 */
package dev.slotstream.wire;
