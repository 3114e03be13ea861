/** Tools that the tests of several packages share. */
package dev.slotstream.kit;
