import { styleText } from "node:util";

/** Where a command writes. Results go to stdout, everything else to stderr. */
export interface Printer {
  /** A line of the result. */
  result(line: string): void;
  /** A line for the person, on stderr. */
  note(line: string): void;
  /** A line that went wrong, on stderr. */
  problem(line: string): void;
  /** Emphasis on a terminal, plain text elsewhere. */
  strong(text: string): string;
  /** A word of a result in a color, where stdout is a terminal with colors. */
  tint(kind: Tint, text: string): string;
  /** A line on stderr that changes in place on a terminal, and is written once elsewhere. */
  progress(line: string): Progress;
}

/** The colors of results. */
export type Tint = "green" | "yellow" | "red" | "dim";

/** A progress line; `stop` takes it away, and leaves nothing of it on a terminal. */
export interface Progress {
  stop(): void;
}

/** The part of a stream that a printer needs. */
export interface Sink {
  readonly isTTY?: boolean;
  /** Whether colors may be written. Absent: they may not. */
  hasColors?(): boolean;
  write(text: string): unknown;
}

/** What a printer writes to. */
export interface PrinterOptions {
  readonly stdout: Sink;
  readonly stderr: Sink;
}

const FRAME_MS = 120;
const FRAMES = ["|", "/", "-", "\\"] as const;

/**
 * A stream of this process as a sink. Colors are for terminals that have them; NO_COLOR, FORCE_COLOR and
 * TERM=dumb are read as Node reads them.
 */
export const toSink = (stream: NodeJS.WriteStream): Sink => ({
  isTTY: stream.isTTY,
  hasColors: () => styleText("red", "-", { stream }) !== "-",
  write: (text) => stream.write(text),
});

/** A printer for any two streams. */
export const createPrinter = ({ stdout, stderr }: PrinterOptions): Printer => {
  const styled = stderr.hasColors?.() === true;
  const style = (kind: "bold" | "red", text: string): string =>
    styled ? styleText(kind, text, { validateStream: false }) : text;
  return {
    result: (line) => void stdout.write(`${line}\n`),
    note: (line) => void stderr.write(`${line}\n`),
    problem: (line) => void stderr.write(`${style("red", line)}\n`),
    tint: (kind, text) =>
      stdout.hasColors?.() === true ? styleText(kind, text, { validateStream: false }) : text,
    strong: (text) => style("bold", text),
    progress: (line) => (stderr.isTTY === true ? spin(stderr, line) : writeOnce(stderr, line)),
  };
};

const writeOnce = (stderr: Sink, line: string): Progress => {
  stderr.write(`${line}\n`);
  return { stop: () => undefined };
};

const spin = (stderr: Sink, line: string): Progress => {
  let turn = 0;
  const draw = (): void => {
    stderr.write(`\r${FRAMES[turn % FRAMES.length] ?? ""} ${line}`);
    turn += 1;
  };
  draw();
  const timer = setInterval(draw, FRAME_MS);
  // The work keeps the process alive, not its decoration.
  timer.unref();
  return {
    stop: () => {
      clearInterval(timer);
      // Back to the start of the line, and erase to its end.
      stderr.write("\r\u001B[K");
    },
  };
};

/** Whether a person reads the log on stderr. */
export const isTerminal = (): boolean => process.stderr.isTTY;

/** Whether a person reads the result on stdout. */
export const isOutputTerminal = (): boolean => process.stdout.isTTY;

/** Whether a person can be asked: answers come from stdin, questions go to stderr. */
export const canAsk = (): boolean => process.stdin.isTTY && process.stderr.isTTY;
