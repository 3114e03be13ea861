package dev.slotstream.engine;

import dev.slotstream.slot.KeptIndex;
import dev.slotstream.slot.ShardSlots;
import dev.slotstream.slot.SlotBuffer;
import java.io.IOException;
import java.util.Optional;

/**
 * One shard's index beyond its closing: kept then, trusted by the next opening, which reads no
 * slots, and held against the slots afterwards. That review ends in what an opening that reads all
 * slots finds; until then a slot that went bad meanwhile is known only to whoever asks for it.
 *
 * <p>The review is one thread's. The index is kept by the closing thread, when that one has
 * stopped. Whether all is reviewed anybody may ask.
 */
final class IndexKeeping {
  private final Committer committer;
  private final ShardFiles files;
  private final boolean leads;
  private final SlotBuffer buffer;
  private final byte[] key;
  private final int slots;
  private int next;
  private volatile int left;
  private boolean tablesChecked;
  private boolean ended;

  IndexKeeping(Committer committer, ShardRecovery recovered, boolean leads) {
    Optional<Integer> from = recovered.keptIndex().index().map(KeptIndex::reviewFrom);
    this.committer = committer;
    this.files = recovered.files();
    this.leads = leads;
    this.buffer = new SlotBuffer(slots().file().layout());
    this.key = new byte[slots().file().layout().keyLength()];
    this.slots = slots().file().slotCount();
    this.next = from.orElse(0);
    this.left = from.isPresent() ? slots : 0;
    this.tablesChecked = from.isEmpty();
    this.ended = from.isEmpty();
  }

  private ShardSlots slots() {
    return committer.slots();
  }

  /** Slots that are still to be held against the index. */
  int toBeReviewed() {
    return left;
  }

  /** Reviews some slots, or all tables; answers how many slots were read. */
  int review(int count) {
    if (!tablesChecked) {
      slots().checkIndex();
      tablesChecked = true;
    }
    int before = left;
    int reviewed = Math.min(count, before);
    for (int n = 1; n <= reviewed; n++) {
      int slot = next;
      next = slot + 1 < slots ? slot + 1 : 0;
      left = before - n; // first: one that cannot be read at all is not tried for ever
      if (!slots().isAsKept(slot, buffer, key)) {
        committer.review(slot);
      }
      slots().unloadFreeBehind(slot);
    }
    if (left == 0 && !ended) {
      ended = true;
      if (leads) {
        DuplicateSlots.empty(committer);
      }
    }
    return reviewed;
  }

  /**
   * Keeps the index of a shard that was closed, with its last checkpoint on disk and nobody at work
   * any more. The next opening does without it as well: it reads all slots then.
   *
   * @throws IOException when there is no room, or the disk failed; nothing is left behind
   */
  void keep() throws IOException {
    boolean closed = slots().file().checkpoint().clean() && !committer.gate().failed();
    if (closed && !committer.syncing()) {
      try {
        files.keepIndex(
            slots(),
            committer.history().storeId(),
            committer.appendedSequence(),
            left == 0 ? 0 : next);
      } catch (InternalError e) {
        throw new IOException("index could not be read: " + e.getMessage(), e);
      }
    }
  }
}
