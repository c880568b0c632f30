import type { Connection } from "../core/connection.ts";
import { fail, ok, type Result } from "../core/result.ts";
import type { PrivateTokenEntry, Upstream } from "../upstream/upstream.ts";
import { toSubject } from "./accounts.ts";
import type { Limits } from "./limits/limits.ts";
import type { People } from "./person-session.ts";
import { describePrivateTokenFailure, TOO_MANY_TOKENS } from "./private-token-form.ts";
import type { RouteRequest } from "./route.ts";

/** What connecting by a token needs. */
export interface ConnectTokenDeps {
  readonly upstream: Pick<Upstream, "connectPrivate">;
  readonly people: People;
  readonly limits: Pick<Limits, "privateTokens">;
}

/** A location that a person has connected by a token. */
export interface ConnectedByToken {
  readonly connection: Connection;
  /** The person who was signed in already stays who they are: a token names nobody. */
  readonly subject: string;
  /** The Set-Cookie value of the session. */
  readonly cookie: string;
}

/** Checks an entered token and signs the person in; the failure is a text for the page. */
export const connectByToken = async (
  deps: ConnectTokenDeps,
  request: RouteRequest,
  entry: PrivateTokenEntry,
): Promise<Result<ConnectedByToken, { readonly status: number; readonly notice: string }>> => {
  if (deps.limits.privateTokens(request.address) !== undefined) {
    return fail({ status: 429, notice: TOO_MANY_TOKENS });
  }
  const connected = await deps.upstream.connectPrivate(entry);
  if (!connected.ok) {
    const status = connected.failure.kind === "unavailable" ? 503 : 400;
    return fail({ status, notice: describePrivateTokenFailure(connected.failure) });
  }
  const connection = connected.value;
  const person = await deps.people.find(request.cookies);
  const subject = person?.subject ?? toSubject(connection);
  const cookie = await deps.people.signIn(request.cookies, {
    subject,
    connectionId: connection.id,
  });
  return ok({ connection, subject, cookie });
};
