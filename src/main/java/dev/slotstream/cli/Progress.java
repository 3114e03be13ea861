package dev.slotstream.cli;

import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** How far a task is, on standard error. Any thread may step. */
interface Progress extends AutoCloseable {
  /** For a task that nobody watches. */
  Progress HIDDEN =
      new Progress() {
        @Override
        public void stepBy(long steps) {}

        @Override
        public void close() {}
      };

  /** So many steps more are done. */
  void stepBy(long steps);

  @Override
  void close();

  /** A bar for a task of so many steps; less than 0 when that is not known. */
  static Progress shown(String task, String unit, long total) {
    ProgressBar bar =
        new ProgressBarBuilder()
            .setTaskName(task)
            .setInitialMax(total)
            .setUnit(" " + unit, 1)
            .setStyle(ProgressBarStyle.ASCII)
            .setUpdateIntervalMillis(200)
            .showSpeed()
            .build();
    return new Progress() {
      @Override
      public void stepBy(long steps) {
        bar.stepBy(steps);
      }

      @Override
      public void close() {
        bar.close();
      }
    };
  }
}
