import type { Readable } from "node:stream";
import { type Clock, systemClock } from "../core/clock.ts";
import type { Logger } from "../core/logger.ts";
import type { Principal } from "../core/principal.ts";
import { greet } from "../mcp/greeting.ts";
import type { McpSurface } from "../mcp/surface.ts";

/** The most that is kept of a first message that does not end; the rest is for the SDK to judge. */
const MAX_FIRST_BYTES = 65_536;

/** What serving on stdin and stdout needs. */
export interface StdioDeps {
  /** Called once the first message is here, and answered where it can be. */
  readonly openSurface: () => Promise<McpSurface>;
  /** The version that the server names. */
  readonly version: string;
  readonly principal: Principal;
  readonly log: Logger;
  readonly clock?: Clock;
}

/**
 * Serves MCP on stdin and stdout for one principal, in both protocol eras. Writes nothing but MCP on
 * stdout. Resolves once stdin has ended and the requests before it are answered, so that a script can
 * pipe requests in and read every answer.
 *
 * A usual `initialize` is answered before the surface and the SDK are loaded (ADR 44); the SDK gets it
 * afterwards all the same.
 */
export async function serveStdio({
  openSurface,
  version,
  clock = systemClock,
  ...deps
}: StdioDeps): Promise<void> {
  const { stdin, stdout } = process;
  const ended = new Promise<void>((resolve) => {
    stdin
      .once("end", resolve)
      .once("close", resolve)
      .once("error", () => resolve());
    stdout.once("error", () => resolve());
  });
  const first = await readFirst(stdin, ended);
  if (first.length === 0) return;
  const greeting = greet(first.toString("utf8", 0, first.indexOf("\n")), version);
  if (greeting !== undefined) await write(`${greeting.text}\n`);
  const { openStdioSession } = await import("./stdio-session.ts");
  const surface = await openSurface();
  const session = openStdioSession({ ...deps, clock, surface, greeted: greeting?.id });
  const { input } = session;
  const closed = new Promise<void>((resolve) => void input.once("close", resolve));
  input.write(first);
  stdin.pipe(input, { end: false });
  await Promise.race([ended, closed]);
  // The end of the input ends its last line as well; the SDK waits for a newline. Empty lines are skipped.
  if (stdin.readableEnded) input.write("\n");
  await session.close();
}

/** What comes until the end of a first line, and with it; all of it where there is none. */
async function readFirst(stdin: Readable, ended: Promise<void>): Promise<Buffer> {
  let read = Buffer.alloc(0);
  const line = new Promise<void>((resolve) => {
    const take = (chunk: Buffer): void => {
      read = Buffer.concat([read, chunk]);
      if (!chunk.includes("\n") && read.length < MAX_FIRST_BYTES) return;
      stdin.off("data", take).pause();
      resolve();
    };
    stdin.on("data", take);
  });
  await Promise.race([line, ended]);
  return read;
}

/** Resolves once the system has it, or cannot take it: what comes next would be in its way. */
const write = (text: string): Promise<void> =>
  new Promise((resolve) => void process.stdout.write(text, () => resolve()));
