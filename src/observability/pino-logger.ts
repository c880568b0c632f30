import { createRequire } from "node:module";
import { destination, pino, type DestinationStream } from "pino";
import type { PinoPretty } from "pino-pretty";
import { systemClock } from "../core/clock.ts";
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
 * for the protocol; the lines of one turn of the event loop go out in one write at its end, and none is
 * lost when the process ends by itself.
 */
export const createPinoLogger = (config: PinoLoggerConfig): Logger =>
  toLogger(
    pino(
      {
        level: config.level,
        base: null,
        timestamp: toTimestamp,
        formatters: { level: (label) => ({ level: label }) },
      },
      config.pretty ? openPretty() : openLines(),
    ),
  );

const toLogger = (sink: PinoLogger): Logger => {
  const write =
    (level: Level) =>
    (message: string, fields: LogFields = {}) => {
      if (sink.isLevelEnabled(level)) sink[level](redactFields(fields), redactText(message));
    };
  return {
    debug: write("debug"),
    info: write("info"),
    warn: write("warn"),
    error: write("error"),
    child: (fields) => toLogger(sink.child(redactFields(fields))),
  };
};

let writtenMs = Number.NaN;
let written = "";

/** The member of a line that tells the time; lines of one millisecond share its text. */
const toTimestamp = (): string => {
  const nowMs = systemClock.nowMs();
  if (nowMs !== writtenMs) {
    writtenMs = nowMs;
    written = `,"time":"${new Date(nowMs).toISOString()}"`;
  }
  return written;
};

// a write for each line costs a busy server more than the line itself
const openLines = (): DestinationStream => {
  const file = destination({ fd: STDERR, sync: true });
  let waiting = "";
  const flush = (): void => {
    const lines = waiting;
    waiting = "";
    if (lines !== "") file.write(lines);
  };
  process.once("exit", flush);
  return {
    write: (line) => {
      if (waiting === "") setImmediate(flush);
      waiting += line;
      if (waiting.length > MAX_WAITING) flush();
    },
  };
};

/** Characters that wait for the end of the turn at most. */
const MAX_WAITING = 16_000;

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
