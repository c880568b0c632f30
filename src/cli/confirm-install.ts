import type { App } from "../app.ts";
import type { Connection } from "../core/connection.ts";
import { AppError } from "../core/errors.ts";
import type { InputLines } from "./input-lines.ts";
import type { Printer } from "./print.ts";

/** What confirming works with. */
export interface ConfirmDeps {
  readonly app: App;
  readonly printer: Printer;
  readonly lines: InputLines;
  readonly signal: AbortSignal;
}

/**
 * Asks whether an installation that came back without a state is the one that was just chosen: nothing
 * else tells it from somebody else's (ADR 13). Throws `AppError("login_failed")` unless the answer is yes.
 */
export const confirmInstall = async (
  { app, printer, lines, signal }: ConfirmDeps,
  cookies: ReadonlyMap<string, string>,
): Promise<Connection> => {
  const { installs } = app.upstream;
  const claim = await installs.find(cookies);
  if (claim === undefined) throw new AppError("login_failed", GONE);
  printer.note(
    "GoHighLevel sent no state back, so only you can tell whether this is what you chose:",
  );
  printer.note(`  ${claim.name}${claim.detail === undefined ? "" : ` (${claim.detail})`}`);
  printer.note('type "yes" to connect it, anything else to leave it:');
  const answer = await lines.next(signal);
  if (!/^y(?:es)?$/iu.test(answer?.trim() ?? "")) {
    await installs.leave(cookies);
    throw new AppError("login_failed", NOT_CONFIRMED);
  }
  const claimed = await installs.claim(cookies);
  if (!claimed.ok) throw new AppError("login_failed", GONE);
  return claimed.value.connection;
};

const GONE = "the installation is no longer there to connect; run ghl-mcp login again";

const NOT_CONFIRMED = [
  "not confirmed, so nothing is connected",
  "  the app stays installed in GoHighLevel until it is removed there; to connect, run ghl-mcp login again",
].join("\n");
