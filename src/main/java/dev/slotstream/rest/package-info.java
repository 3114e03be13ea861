/**
 * The HTTP front door. {@link dev.slotstream.rest.KeyResource} serves {@code /kv/} as a plain
 * Vert.x route, because only there the request target can be seen as it came over the wire; a
 * backup is one, because it is written from a thread of its own; status pages are Quarkus REST
 * resources. {@link dev.slotstream.rest.ProblemMapper} is the only place where an error becomes a
 * status code.
 *
 * <p>May use: {@code kv}, {@code backup}, Quarkus REST, Vert.x, MicroProfile OpenAPI. Threads: all
 * of a request happens on its event loop; the end of a write comes back to it.
 */
package dev.slotstream.rest;
