import type { App } from "../app.ts";
import type { Config } from "../config/config.ts";
import type { Connection } from "../core/connection.ts";
import { AppError } from "../core/errors.ts";
import { confirmInstall } from "./confirm-install.ts";
import type { InputLines } from "./input-lines.ts";
import { explainLoginFailure } from "./login-text.ts";
import { readPastedAddress } from "./pasted-address.ts";
import type { Printer } from "./print.ts";

/** What a sign-in by pasting works with. */
export interface PasteDeps {
  readonly config: Config;
  readonly app: App;
  readonly printer: Printer;
  readonly lines: InputLines;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** How many lines may be wrong before it is better to begin again. */
const MOST_TRIES = 5;

/**
 * Signs in without listening anywhere: prints the address to open, and reads the address that the
 * browser ended on. Throws `AppError("login_failed")`, and the signal's reason when it aborts.
 */
export const pasteSignIn = async (deps: PasteDeps): Promise<Connection> => {
  const { app, config, lines, printer, timeoutMs } = deps;
  const timeout = AbortSignal.timeout(timeoutMs);
  const signal = AbortSignal.any([deps.signal, timeout]);
  const { authorizeUrl, cookie } = await app.upstream.startLogin({ kind: "sign_in" });
  printer.note("1. open this address in a browser, and choose a location or the agency there:");
  printer.note(`   ${authorizeUrl}`);
  printer.note(
    `2. the browser then ends on an address that begins with ${config.redirectUri}; whether a page is there does not matter`,
  );
  printer.note("3. paste that whole address here, soon, as its code works once and not for long:");
  try {
    const query = await readAddress({ lines, printer, signal }, { ...config, authorizeUrl });
    return await complete(deps, query, new Map([[cookie.name, cookie.value]]));
  } catch (cause) {
    if (timeout.aborted && !deps.signal.aborted && cause === timeout.reason) {
      throw new AppError("login_failed", tookTooLong(timeoutMs), { cause });
    }
    throw cause;
  }
};

const readAddress = async (
  { lines, printer, signal }: Pick<PasteDeps, "lines" | "printer" | "signal">,
  expected: { readonly redirectUri: string; readonly authorizeUrl: string },
): Promise<URLSearchParams> => {
  for (let tries = 0; tries < MOST_TRIES;) {
    const line = await lines.next(signal);
    if (line === undefined) throw new AppError("login_failed", NOTHING_PASTED);
    if (line.trim() === "") continue;
    const query = readPastedAddress(line, expected);
    if (query.ok) return query.value;
    tries += 1;
    printer.problem(query.failure);
  }
  throw new AppError("login_failed", "that was not it five times; run ghl-mcp login --paste again");
};

const complete = async (
  deps: PasteDeps,
  query: URLSearchParams,
  cookies: ReadonlyMap<string, string>,
): Promise<Connection> => {
  const { app, config, signal } = deps;
  const explain = (failure: Parameters<typeof explainLoginFailure>[0]): AppError =>
    new AppError("login_failed", explainLoginFailure(failure, config.redirectUri));
  if ((query.get("state") ?? "") !== "") {
    const completed = await app.upstream.completeLogin({ query, cookies, signal });
    if (!completed.ok) throw explain(completed.failure);
    return completed.value.connection;
  }
  if (query.has("error")) throw explain({ kind: "denied", purpose: { kind: "sign_in" } });
  const received = await app.upstream.installs.receive({ query, cookies, signal });
  if (!received.ok) throw explain(received.failure);
  const { name, value } = received.value.cookie;
  return confirmInstall(deps, new Map([...cookies, [name, value]]));
};

const NOTHING_PASTED = [
  "no address was pasted before the input ended",
  "  run ghl-mcp login --paste again and keep its input open, or pipe the address in within the time",
].join("\n");

const tookTooLong = (timeoutMs: number): string =>
  `nothing was pasted within ${Math.round(timeoutMs / 1000)} s; run ghl-mcp login --paste again, with --timeout for a longer wait`;
