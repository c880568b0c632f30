import type { ConnectionId } from "../core/ids.ts";
import type { Logger } from "../core/logger.ts";
import { type Result, fail, ok } from "../core/result.ts";
import { equalSecret } from "../crypto/hash.ts";
import type { TokenFailure } from "../ghl/ports.ts";
import type { Connections } from "./connections.ts";
import type { TokenEndpointFailure } from "./token-endpoint.ts";
import type { HeldConnection, Vault, VaultEntry } from "./vault.ts";

/** What {@link judgeRefresh} works on. */
export interface JudgeDeps {
  readonly connections: Connections;
  readonly vault: Vault;
  readonly log: Logger;
  /** Writes tokens that another process on this machine got and could not write yet. */
  saveHeldBack(id: ConnectionId): Promise<void>;
}

/**
 * What a refresh that gave no tokens means for the connection. Only GoHighLevel's clear word changes a
 * status: a dead refresh token asks for a new sign-in, a paused location waits. Trouble of any other
 * kind keeps the tokens for another time. Where another process has written newer tokens, those are
 * the answer.
 */
export const judgeRefresh = async (
  deps: JudgeDeps,
  entry: VaultEntry,
  failure: TokenEndpointFailure,
): Promise<Result<VaultEntry, TokenFailure>> => {
  if (failure.kind !== "refused") {
    return fail({
      kind: "upstream_unavailable",
      ...("retryAfterSeconds" in failure ? { retryAfterSeconds: failure.retryAfterSeconds } : {}),
    });
  }
  switch (failure.reason) {
    case "invalid_grant":
    case "invalid_token":
      return markUnlessNewer(deps, entry, "needs_reauth");
    case "location_inactive":
      return markUnlessNewer(deps, entry, "suspended");
    // The app's fault or an unknown one: a person's new sign-in would not help, so none is asked for.
    case "invalid_client":
    case "redirect_mismatch":
    case "other":
      deps.log.error("GoHighLevel refused a refresh for a reason that is not the token", {
        connectionId: entry.connection.id,
        status: failure.status,
        reason: failure.reason,
      });
      return fail({ kind: "upstream_unavailable" });
  }
};

const REAUTH_REASON = "GoHighLevel no longer accepts the refresh token; sign in again";

/** Marks a connection, unless another process has written newer tokens: then those are used. */
const markUnlessNewer = async (
  deps: JudgeDeps,
  tried: VaultEntry,
  status: "needs_reauth" | "suspended",
): Promise<Result<VaultEntry, TokenFailure>> => {
  const { id } = tried.connection;
  await deps.saveHeldBack(id);
  for (;;) {
    const current = await deps.connections.find(id);
    if (current === undefined) return fail({ kind: "connection_missing", connectionId: id });
    const [ours, theirs] = [tried.tokens.refreshToken, current.tokens.refreshToken];
    if (!equalSecret(ours.reveal(), theirs.reveal())) return ok(current);
    const marked = await deps.vault.write(
      {
        ...current,
        connection: { ...current.connection, status },
        ...(status === "needs_reauth" ? { statusReason: REAUTH_REASON } : {}),
      },
      current.version,
    );
    if (marked === "conflict") continue;
    deps.log.warn("a GoHighLevel connection cannot be refreshed", { connectionId: id, status });
    return fail(
      status === "suspended" ? { kind: "suspended", connectionId: id } : toNeedsReauth(marked),
    );
  }
};

/** The failure of a connection that a person must sign in to again. */
export const toNeedsReauth = (
  held: Pick<HeldConnection, "connection" | "statusReason">,
): TokenFailure => ({
  kind: "needs_reauth",
  connectionId: held.connection.id,
  reason: held.statusReason ?? REAUTH_REASON,
});
