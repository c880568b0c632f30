import { createRequire } from "node:module";
import { destination, pino, type DestinationStream } from "pino";
import type { PinoPretty } from "pino-pretty";
import { steadyMs, systemClock } from "../core/clock.ts";
import type { LogFields, Logger } from "../core/logger.ts";
import { redactFields, redactText } from "./redact.ts";

type PinoLogger = ReturnType<typeof pino>;
type Level = Exclude<keyof Logger, "child">;

/** How to log: the lowest level that is written, and whether a person reads along. */
export interface PinoLoggerConfig {
  /** `trace`, `debug`, `info`, `warn`, `error` or `silent`. */
  readonly level: string;
  /** Colored lines for a terminal in place of JSON lines. */
  readonly pretty: boolean;
}

const STDERR = 2;

/**
 * Creates the logger of the program. It writes to standard error only, so that standard output stays free
 * for the protocol. A line goes out at the end of its turn of the event loop, or with what comes in the next
 * few milliseconds where one just went; none is lost when the process ends by itself.
 */
export const createPinoLogger = ({ level, pretty }: PinoLoggerConfig): Logger => {
  const options = {
    level,
    base: null,
    timestamp: toTimestamp,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  if (pretty) return toLogger(pino(options, openPretty()), writeNow);
  const moment = openMoment();
  return toLogger(pino(options, moment.lines), moment.write);
};

/** A line before it is made. */
interface Line {
  readonly sink: PinoLogger;
  readonly level: Level;
  readonly message: string;
  readonly fields: LogFields;
}

const toLogger = (sink: PinoLogger, writeLine: (line: Line) => void): Logger => {
  const write =
    (level: Level) =>
    (message: string, fields: LogFields = NONE) => {
      if (sink.isLevelEnabled(level)) writeLine({ sink, level, message, fields });
    };
  return {
    debug: write("debug"),
    info: write("info"),
    warn: write("warn"),
    error: write("error"),
    child: (fields) => toLogger(sink.child(redactFields(fields)), writeLine),
  };
};

const NONE: LogFields = {};

const writeNow = ({ sink, level, message, fields }: Line): void => {
  sink[level](redactFields(fields), redactText(message));
};

/** At the end of a turn nobody is left to catch what a field throws that cannot be read. */
const writeOrSay = (line: Line): void => {
  try {
    writeNow(line);
  } catch {
    writeNow({ ...line, fields: { fields: "cannot be written" } });
  }
};

let writtenMs = Number.NaN;
let written = "";
/** When the line came that is being made; undefined: now. */
let cameMs: number | undefined;

/** The member of a line that tells the time; lines of one millisecond share its text. */
const toTimestamp = (): string => {
  const nowMs = cameMs ?? systemClock.nowMs();
  if (nowMs !== writtenMs) {
    writtenMs = nowMs;
    written = `,"time":"${new Date(nowMs).toISOString()}"`;
  }
  return written;
};

/**
 * Keeps the lines of a moment until its end: made one after the other they cost less than in the middle
 * of calls, and one write takes all of them. A server that does little writes at the end of each turn.
 */
const openMoment = (): { readonly lines: DestinationStream; write(line: Line): void } => {
  const file = destination({ fd: STDERR, sync: true });
  let waiting: (Line & { readonly atMs: number })[] = [];
  let text = "";
  let flushedMs = Number.NEGATIVE_INFINITY;
  const flush = (): void => {
    flushedMs = steadyMs();
    const lines = waiting;
    waiting = [];
    for (const line of lines) {
      cameMs = line.atMs;
      writeOrSay(line);
    }
    cameMs = undefined;
    const made = text;
    text = "";
    if (made !== "") file.write(made);
  };
  process.once("exit", flush);
  return {
    lines: {
      write: (line) => {
        text += line;
      },
    },
    write: ({ sink, level, message, fields }) => {
      if (waiting.length === 0) {
        if (steadyMs() - flushedMs < MOMENT_MS) setTimeout(flush, MOMENT_MS).unref();
        else setImmediate(flush);
      }
      waiting.push({ sink, level, message, fields, atMs: systemClock.nowMs() });
      if (waiting.length > MAX_WAITING) flush();
    },
  };
};

/** How long lines wait where others went out just before. */
const MOMENT_MS = 5;

/** Lines that wait at most. */
const MAX_WAITING = 100;

// loaded only for a terminal: a server that logs JSON should not pay for it at its start
const openPretty = (): DestinationStream => {
  const pretty: typeof PinoPretty = createRequire(import.meta.url)("pino-pretty");
  return pretty({
    destination: STDERR,
    sync: true,
    translateTime: "SYS:HH:MM:ss",
    ignore: "pid,hostname",
  });
};
