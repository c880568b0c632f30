import type { GhlFailure } from "./errors.ts";
import { toEvidence } from "./evidence.ts";
import type { TokenFailure } from "./ports.ts";

/** What happened, and what to do next; each without an end stop. */
export interface FailureText {
  readonly what: string;
  readonly next: string;
}

type ByKind<Union extends { readonly kind: string }> = {
  readonly [Member in Union as Member["kind"]]: Member;
};
type Texts<Union extends { readonly kind: string }> = {
  readonly [Kind in keyof ByKind<Union>]: (failure: ByKind<Union>[Kind]) => FailureText;
};

const REPORT = "report it: the catalogue or this program is at fault";
const LOOK_FIRST = "try again if it only reads; after a write look first whether it went through";

const TEXTS: Texts<GhlFailure> = {
  unknown_operation: ({ operation, closest }) => ({
    what: `there is no operation "${operation}"`,
    next: closest.length === 0 ? "search for it by what it does" : `did you mean ${list(closest)}`,
  }),
  invalid_parameter: ({ parameter, problem }) => ({
    what: `"${parameter}" ${problem}`,
    next: "correct it; nothing was sent",
  }),
  location_required: () => ({
    what: "the operation works in a location, and none was named",
    next: "name the location; nothing was sent",
  }),
  token: ({ failure }) => explainToken(failure),
  token_rejected: () => ({
    what: "GoHighLevel refused the token, also after it was renewed",
    next: "sign in again, or make a new private integration token",
  }),
  missing_scope: ({ scopes }) => ({
    what: `the connection lacks ${scopes.length === 0 ? "a scope that the operation needs" : `the scope ${list(scopes)}`}`,
    next: "add it to the marketplace app or the private integration, then sign in again; a new token alone does not help",
  }),
  wrong_token_class: () => ({
    what: "the operation wants another kind of token: an agency's in place of a location's, or the reverse",
    next: "use a connection of the other kind",
  }),
  version_rejected: () => ({ what: "GoHighLevel refused the Version header", next: REPORT }),
  route_unsupported: () => ({
    what: "GoHighLevel does not offer this operation to apps",
    next: "there is no way to call it with such a token",
  }),
  location_forbidden: ({ locationId }) => ({
    what: `the token has no access to ${locationId === undefined ? "the location" : `location "${locationId}"`}`,
    next: "choose a location of the connection, or install the app there",
  }),
  duplicate_contact: ({ contactId, matchingField }) => ({
    what: `a contact with the same ${toEvidence(matchingField ?? "email or phone", 40)} exists${contactId === undefined ? "" : `: ${contactId}`}; nothing was created`,
    next: "update that contact, or use contacts.upsert-contact",
  }),
  bad_request: ({ status, messages }) => ({
    what: `GoHighLevel refused the input (status ${status})${quote(messages)}`,
    next: "correct the arguments",
  }),
  not_found: () => ({
    what: "GoHighLevel has no such record in this location",
    next: "check the id, or search for the record",
  }),
  rate_limited: ({ retryAfterMs }) => ({
    what: "the limit of GoHighLevel is reached",
    next: `wait ${seconds(retryAfterMs ?? 10_000)} and try again`,
  }),
  blocked: ({ status }) => ({
    what: `a firewall before GoHighLevel answered with a page (status ${status})`,
    next: "wait a minute and try again; if it stays, the network or the User-Agent is refused",
  }),
  upstream_error: ({ status }) => ({
    what: `GoHighLevel failed (status ${status})`,
    next: LOOK_FIRST,
  }),
  malformed_answer: ({ status, maxBytes }) => ({
    what:
      maxBytes === undefined
        ? `GoHighLevel answered something that is no JSON (status ${status})`
        : `the answer is longer than ${maxBytes} bytes`,
    next: maxBytes === undefined ? LOOK_FIRST : "ask for fewer records at a time",
  }),
  unreachable: () => ({
    what: "GoHighLevel cannot be reached",
    next: `check the network; ${LOOK_FIRST}`,
  }),
  timeout: ({ timeoutMs }) => ({
    what: `GoHighLevel did not answer within ${seconds(timeoutMs)}`,
    next: LOOK_FIRST,
  }),
  aborted: () => ({ what: "the call was cancelled", next: LOOK_FIRST }),
};

const TOKEN_TEXTS: Texts<TokenFailure> = {
  connection_missing: () => ({ what: "there is no connection to GoHighLevel", next: "sign in" }),
  needs_reauth: ({ have, reason }) =>
    have === "private"
      ? splitReason(reason, "make a new private integration token")
      : { what: "GoHighLevel no longer accepts the connection", next: "sign in again" },
  suspended: () => ({
    what: "GoHighLevel has paused the location",
    next: "it works again by itself once the location is active",
  }),
  wrong_token_class: ({ needed, have }) => ({
    what: `the operation needs a ${needed} token, and the connection has another kind (${toEvidence(have, 40)})`,
    next: "use a connection of that kind",
  }),
  location_not_allowed: ({ locationId }) => ({
    what: `location "${locationId}" is not part of the connection`,
    next: "choose one that is",
  }),
  upstream_unavailable: ({ retryAfterSeconds }) => ({
    what: "GoHighLevel's sign-in service does not answer",
    next: `wait ${seconds((retryAfterSeconds ?? 10) * 1000)} and try again`,
  }),
};

/**
 * Says what a failure means and what to do next, in words of our own; only the messages of
 * `bad_request` are GoHighLevel's, quoted. Pure. Holds no token and no HTML.
 */
export const explainGhlFailure = (failure: GhlFailure): FailureText =>
  textOf(TEXTS, failure.kind, failure);

const explainToken = (failure: TokenFailure): FailureText =>
  textOf(TOKEN_TEXTS, failure.kind, failure);

const textOf = <Union extends { readonly kind: string }, Kind extends keyof ByKind<Union>>(
  texts: Texts<Union>,
  kind: Kind,
  failure: ByKind<Union>[Kind],
): FailureText => texts[kind](failure);

/** The reason of a dead sign-in says itself what to do, after its first semicolon or colon; else `otherwise`. */
export const splitReason = (reason: string, otherwise: string): FailureText => {
  const [, what = reason, next = otherwise] = /^(.*?)[;:] (.*)$/su.exec(reason) ?? [];
  return { what, next };
};

const list = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(" or ");

const quote = (messages: readonly string[]): string =>
  messages.length === 0 ? "" : `: ${messages.map((text) => JSON.stringify(text)).join(", ")}`;

const seconds = (durationMs: number): string => `${Math.max(1, Math.ceil(durationMs / 1000))} s`;
