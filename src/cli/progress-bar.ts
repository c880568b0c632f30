import type { Printer, Progress } from "./print.ts";

/** A bar on a terminal, a line for each tenth elsewhere. */
export interface ProgressBar {
  update(done: number, total: number): void;
  /** Takes the bar away. */
  stop(): void;
}

const WIDTH = 24;

/** Shows on stderr how far a piece of work is. */
export const createProgressBar = (
  printer: Printer,
  { label, terminal }: { readonly label: string; readonly terminal: boolean },
): ProgressBar => {
  let shown = -1;
  let line: Progress | undefined;
  return {
    update: (done, total) => {
      const percent = total === 0 ? 100 : Math.min(100, Math.floor((100 * done) / total));
      const step = terminal ? percent : percent - (percent % 10);
      if (step === shown) return;
      shown = step;
      line?.stop();
      line = printer.progress(toText(label, step, { done, total, terminal }));
    },
    stop: () => {
      line?.stop();
      line = undefined;
    },
  };
};

const toText = (
  label: string,
  percent: number,
  state: { readonly done: number; readonly total: number; readonly terminal: boolean },
): string => {
  const count = `${percent} % (records: ${state.done} of ${state.total})`;
  if (!state.terminal) return `${label}: ${count}`;
  const filled = Math.round((WIDTH * percent) / 100);
  return `${label} [${"#".repeat(filled)}${"-".repeat(WIDTH - filled)}] ${count}`;
};
