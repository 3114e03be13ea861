/**
 * Tests of the packaged service as processes: started, loaded over HTTP, frozen, killed, started
 * again. They need {@code target/quarkus-app}, so they run after packaging.
 */
package dev.slotstream.process;
