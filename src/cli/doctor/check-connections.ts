import type { App } from "../../app.ts";
import type { Config } from "../../config/config.ts";
import type { Connection } from "../../core/connection.ts";
import { findMissingScopes } from "../../core/scope-words.ts";
import { splitReason } from "../../ghl/explain-failure.ts";
import { howToConnect } from "../how-to-connect.ts";
import { openSession } from "../session.ts";
import { toIsoTime } from "../time-text.ts";
import { type ConnectionFailure, explainTokenFailure } from "../token-text.ts";
import { toProblem } from "./check-key.ts";
import { isStoreThere } from "./check-store.ts";
import type { ReadyContext } from "./context.ts";
import { type Found, note, problem, warning, well } from "./finding.ts";
import { findFailedSignIn } from "./failed-sign-in.ts";

/** How every stored connection is, and how the last sign-in that failed did so. */
export const checkConnections = async (context: ReadyContext): Promise<readonly Found[]> => {
  const { config, log, signal } = context;
  try {
    const isThere = await isStoreThere(context);
    if (config.privateToken === undefined && !isThere) return [nothingConnected(context)];
    const session = await openSession({ config: isThere ? config : toStoreless(config), log });
    try {
      const { app } = session;
      const connections = await app.upstream.listConnections();
      const found: Found[] = [];
      for (const { id } of connections) {
        signal.throwIfAborted();
        found.push(...(await examine(context, app, id)));
      }
      const failed = await findFailedSignIn(app, config.redirectUri);
      return [
        ...(connections.length === 0 ? [nothingConnected(context)] : found),
        ...(failed === undefined ? [] : [failed]),
      ];
    } finally {
      await session.close();
    }
  } catch (error) {
    return [toProblem(error)];
  }
};

/** A private integration token is looked at without a store, since opening one would make it. */
const toStoreless = (config: Config): Config => ({
  ...config,
  storageUrl: "memory:",
  masterKey: { source: "ephemeral" },
});

const nothingConnected = ({ config }: ReadyContext): Found =>
  note(
    "no account is connected yet",
    config.upstream.mode === "private_token" || config.upstream.mode === "token_entry"
      ? howToConnect(config)
      : `sign in at ${config.publicUrl}/oauth/authorize while the server runs, or with: ghl-mcp login`,
  );

const examine = async (
  { asksGhl, config, parts, signal }: ReadyContext,
  app: App,
  id: Connection["id"],
): Promise<readonly Found[]> => {
  // Asked first: it may show that a sign-in that looks well is dead.
  const listed = asksGhl ? await app.upstream.listLocations(id, signal) : undefined;
  const connection = await app.upstream.findConnection(id);
  if (connection === undefined) return [];
  const name = toName(connection);
  const health = judgeStatus(connection, name, parts.clock.nowSeconds());
  const isSick = health.level === "problem" || health.level === "warning";
  const asked =
    listed === undefined || listed.ok || isSick ? [] : [judgeFailure(name, listed.failure)];
  const missing = findMissingScopes(config.scopes, connection);
  return [
    listed?.ok === true ? well(`${name}: GoHighLevel answers with its token`) : health,
    ...asked,
    ...(missing.length === 0
      ? []
      : [
          problem(
            `${name}: GHL_SCOPES asks for what was not granted: ${missing
              .map(({ loss, scope }) => `${scope} (${loss})`)
              .join(", ")}`,
            "add the scopes to the marketplace app where it lacks them, then reconnect the account on /connections; or take them out of GHL_SCOPES",
          ),
        ]),
  ];
};

const judgeFailure = (name: string, failure: ConnectionFailure): Found => {
  if (failure.kind !== "needs_reauth") {
    return problem(`${name}: ${explainTokenFailure(failure)}`, HOW_TO_GO_ON);
  }
  return toDead(name, failure.reason);
};

const toDead = (name: string, reason: string): Found => {
  const { what, next } = splitReason(reason, SIGN_IN_AGAIN);
  return problem(`${name}: ${what}`, next);
};

const HOW_TO_GO_ON = "see the findings above; then run this again with --check";

const SIGN_IN_AGAIN = "sign in again: Reconnect on the page /connections, or ghl-mcp login";

const judgeStatus = (connection: Connection, name: string, now: number): Found => {
  const { status, statusReason, tokenExpiresAt } = connection;
  switch (status) {
    case "needs_reauth":
      if (connection.kind === "private" && statusReason !== undefined) {
        return toDead(name, statusReason);
      }
      return problem(
        `${name}: its token has expired or was revoked: ${
          statusReason ?? "GoHighLevel no longer accepts it"
        }`,
        SIGN_IN_AGAIN,
      );
    case "suspended":
      return warning(
        `${name}: GoHighLevel has paused the location`,
        "activate the location in GoHighLevel; the connection then works again by itself",
      );
    case "active":
      if (tokenExpiresAt === undefined) return well(`${name}: connected`);
      return tokenExpiresAt > now
        ? well(`${name}: connected, token until ${toIsoTime(tokenExpiresAt)}`)
        : note(
            `${name}: its access token has expired; the next call renews it`,
            "ask GoHighLevel whether that works: ghl-mcp doctor --check",
          );
  }
};

const toName = ({ companyId, id, kind, locationId }: Connection): string => {
  switch (kind) {
    case "location":
      return `location ${locationId ?? id}`;
    case "company":
      return `agency ${companyId ?? id}`;
    case "private":
      return `private integration token of location ${locationId ?? id}`;
  }
};
