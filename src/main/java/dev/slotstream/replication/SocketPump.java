package dev.slotstream.replication;

import java.util.ArrayDeque;
import java.util.concurrent.Flow;
import java.util.function.Consumer;

/**
 * Turns credit and room in the socket into demand. A batch is asked for when the follower has less
 * than a window of them unacknowledged and the socket's queue is not full: a slow follower costs
 * its leader that window and nothing else.
 *
 * <p>All calls come from one event loop.
 */
final class SocketPump implements Flow.Subscriber<Batch> {
  private final FollowerSession session;
  private final Connection connection;
  private final Consumer<Batch> onSent;
  private final Consumer<Throwable> onFailure;
  private final ArrayDeque<Batch> inFlight = new ArrayDeque<>();
  private Flow.Subscription source;
  private int credit;
  private boolean asked;

  SocketPump(
      FollowerSession session, int window, Consumer<Batch> onSent, Consumer<Throwable> onFailure) {
    this.session = session;
    this.connection = session.connection();
    this.credit = window;
    this.onSent = onSent;
    this.onFailure = onFailure;
  }

  @Override
  public void onSubscribe(Flow.Subscription subscription) {
    source = subscription;
    session.streamBegan();
    ask();
  }

  @Override
  public void onNext(Batch batch) {
    asked = false;
    if (batch.frame() == null) {
      credit++;
      onSent.accept(batch);
      connection.later(this::ask);
      return;
    }
    connection.write(batch.frame());
    if (batch.acknowledged()) {
      inFlight.add(batch.inFlight());
    } else {
      credit++;
    }
    onSent.accept(batch);
    ask();
  }

  /**
   * The follower has applied the oldest batches in flight; answers the last of them.
   *
   * @param batches from 1 to as many as are in flight
   */
  Batch acknowledged(int batches) {
    Batch last = null;
    for (int b = 0; b < batches; b++) {
      last = inFlight.remove();
    }
    credit += batches;
    ask();
    return last;
  }

  /** The socket has room again. */
  void drained() {
    ask();
  }

  private void ask() {
    if (source != null && !asked && credit > 0 && !connection.congested()) {
      asked = true;
      credit--;
      source.request(1);
    }
  }

  int inFlight() {
    return inFlight.size();
  }

  void cancel() {
    if (source != null) {
      source.cancel();
      ended();
    }
  }

  private void ended() {
    source = null;
    session.streamEnded();
  }

  @Override
  public void onError(Throwable failure) {
    ended();
    onFailure.accept(failure);
  }

  @Override
  public void onComplete() {
    ended();
    onFailure.accept(new IllegalStateException("stream ended"));
  }
}
