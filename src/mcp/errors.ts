import type { TokenFailure } from "../ghl/ports.ts";
import type { ToolFailure } from "./failure.ts";
import { clip } from "./text.ts";

/** What the texts may name besides the failure itself. */
export interface ErrorTextOptions {
  /** Where a person signs in to GoHighLevel again, where there is a page for it. */
  readonly signInUrl?: string;
}

type ByKind<Union extends { readonly kind: string }> = {
  readonly [Member in Union as Member["kind"]]: Member;
};
type Texts<Union extends { readonly kind: string }> = {
  readonly [Kind in keyof ByKind<Union>]: (
    failure: ByKind<Union>[Kind],
    options: ErrorTextOptions,
  ) => string;
};

const MAX_QUOTED_MESSAGES = 5;

/**
 * What the model is told when a tool call fails: what happened and what to do next. One row per kind
 * of failure. Text that came from GoHighLevel is quoted as data and clipped, never given as our own.
 */
const FAILURE_TEXT: Texts<ToolFailure> = {
  unknown_operation: (failure) =>
    `this server has no operation "${clip(failure.operation, 80)}"${listOf(" (closest: ", failure.closest, ")")}; ` +
    "report it as a fault of the server",
  invalid_parameter: (failure) =>
    `"${clip(failure.parameter, 80)}" is wrong: ${clip(failure.problem, 200)}; correct it and call again`,
  location_required: () =>
    'this call needs a location; name one in "location", list_locations shows them',
  token: (failure, options) => toTokenText(failure.failure, options),
  token_rejected: (_failure, options) =>
    `GoHighLevel refused this server's token, also after renewing it; ${signInAgain(options)}`,
  missing_scope: (failure, options) =>
    `the GoHighLevel connection lacks ${failure.scopes.length === 0 ? "a scope that this call needs" : `the scope ${listOf("", failure.scopes, "")}`}; ` +
    `calling again will not help: the scope must be added to the marketplace app or the private integration, then ${signInAgain(options)}`,
  wrong_token_class: () =>
    "this call needs another kind of GoHighLevel connection (an agency's instead of a location's, or the reverse); " +
    "get_oauth_status shows the kind of this one",
  version_rejected: () =>
    "GoHighLevel refused the API version that this server sent; report it as a fault of the server",
  route_unsupported: () =>
    "GoHighLevel does not offer this call to apps; there is no way to make it through this connection",
  location_forbidden: () =>
    "GoHighLevel says that this connection has no access to the location; list_locations shows those it has",
  duplicate_contact: (failure) =>
    `a contact with the same ${clip(failure.matchingField ?? "email or phone", 40)} exists already` +
    `${failure.contactId === undefined ? "" : `: id ${clip(failure.contactId, 64)}`}; ` +
    'nothing was created. Call again with if_exists "return" to get it, or "update" to change it',
  bad_request: (failure) =>
    `GoHighLevel refused the input (status ${failure.status})${quoted(failure.messages)}; correct the arguments and call again`,
  not_found: () =>
    "GoHighLevel has no such record in this location; check the id, or search for the record first",
  rate_limited: (failure) =>
    `GoHighLevel's rate limit is reached; wait ${seconds(failure.retryAfterMs ?? 10_000)} and call again`,
  blocked: (failure) =>
    `GoHighLevel's firewall refused the request (status ${failure.status}); wait a minute and call again, then tell the person who runs this server`,
  upstream_error: (failure) =>
    `GoHighLevel failed with status ${failure.status}; nothing is known about the outcome: for a read call again, after a write look first`,
  malformed_answer: (failure) =>
    `GoHighLevel answered something unreadable (status ${failure.status}); for a read call again, after a write look first`,
  unreachable: () =>
    "GoHighLevel cannot be reached; wait a little and call again, after a write look first whether it went through",
  timeout: (failure) =>
    `GoHighLevel did not answer within ${seconds(failure.timeoutMs)}; for a read call again, after a write look first whether it went through`,
  aborted: () => "the call was cancelled",
  location_not_in_grant: (failure) =>
    `location "${clip(failure.given, 64)}" is not in this grant; list_locations shows those that are`,
  location_unclear: ({ given, ambiguous, candidates }) =>
    `${ambiguous ? "several locations" : "no location"} of this grant ${ambiguous ? "are" : "is"} called "${clip(given, 64)}"` +
    `${listOf(ambiguous ? ": " : "; did you mean ", candidates.map(nameAndId), ambiguous ? "." : "?")} ` +
    "Give its id or exact name; list_locations shows all",
  invalid_arguments: (failure) =>
    failure.problems
      .map(({ argument, problem }) => (argument === "" ? problem : `"${argument}" ${problem}`))
      .join("; "),
  access_too_low: (failure) =>
    `"${failure.tool}" needs ${failure.needed} access and this grant has ${failure.granted} access; ` +
    "the person must connect this server again and allow more",
  no_such_operation: (failure) =>
    `there is no operation "${clip(failure.given, 80)}"${listOf("; did you mean ", failure.closest, "?")}` +
    `${failure.closest.length === 0 ? "; " : " "}search_operations finds one by what it does`,
  wrong_class: (failure) =>
    `"${failure.operation}" is of class ${failure.class}; run it with ${failure.tool}`,
  operation_out_of_reach: (failure) => OUT_OF_REACH[failure.reason](failure.operation),
  confirmation_invalid: (failure) =>
    failure.reason === "changed"
      ? "the arguments are not the ones that were shown; nothing was done. Call again without confirm for a new preview"
      : "this confirmation is unknown, used or older than 5 minutes; nothing was done. Call again without confirm for a new preview",
  area_not_granted: (failure) =>
    `"${failure.tool}" belongs to the area "${failure.area}", which this grant leaves out; ` +
    "the person must connect this server again and allow it",
};

const OUT_OF_REACH = {
  tokens: (operation: string) =>
    `"${operation}" answers with tokens of GoHighLevel, which never leave this server`,
  company: (operation: string) =>
    `"${operation}" is about a whole agency; it needs an agency's connection and a grant of all its locations`,
  oauth: (operation: string) =>
    `"${operation}" refuses private integration tokens; it needs a connection through a marketplace app`,
} as const;

const TOKEN_TEXT: Texts<TokenFailure> = {
  connection_missing: (_failure, options) =>
    `the GoHighLevel connection of this grant is gone; ${signInAgain(options)}`,
  needs_reauth: (failure, options) =>
    failure.have === "private"
      ? failure.reason
      : `GoHighLevel no longer accepts this connection; ${signInAgain(options)}`,
  suspended: () =>
    "GoHighLevel has paused this location, so nothing in it can be read or changed; " +
    "it works again by itself once GoHighLevel resumes it",
  wrong_token_class: (failure) =>
    `this call needs a GoHighLevel ${failure.needed} connection and this one is a ${clip(failure.have, 40)} connection; get_oauth_status shows it`,
  location_not_allowed: (failure) =>
    `location "${clip(failure.locationId, 64)}" is not in this grant; list_locations shows those that are`,
  upstream_unavailable: (failure) =>
    `GoHighLevel's sign-in service does not answer; wait ${seconds((failure.retryAfterSeconds ?? 10) * 1000)} and call again`,
};

/** The text of a tool error for a failure. Holds no token, no stack and no unquoted upstream text. */
export const toErrorText = (failure: ToolFailure, options: ErrorTextOptions = {}): string =>
  textOf(failure.kind, failure, options);

/** The text for a failure to get a GoHighLevel token. */
export const toTokenText = (failure: TokenFailure, options: ErrorTextOptions = {}): string =>
  tokenTextOf(failure.kind, failure, options);

const textOf = <Kind extends keyof ByKind<ToolFailure>>(
  kind: Kind,
  failure: ByKind<ToolFailure>[Kind],
  options: ErrorTextOptions,
): string => FAILURE_TEXT[kind](failure, options);

const tokenTextOf = <Kind extends keyof ByKind<TokenFailure>>(
  kind: Kind,
  failure: ByKind<TokenFailure>[Kind],
  options: ErrorTextOptions,
): string => TOKEN_TEXT[kind](failure, options);

function signInAgain(options: ErrorTextOptions): string {
  return options.signInUrl === undefined
    ? "the person must sign in to GoHighLevel again: disconnect and connect this server in the client, or run `ghl-mcp login`"
    : `the person must sign in to GoHighLevel again at ${options.signInUrl}`;
}

function seconds(durationMs: number): string {
  return `${Math.max(1, Math.ceil(durationMs / 1000))} s`;
}

function listOf(before: string, items: readonly string[], after: string): string {
  if (items.length === 0) return "";
  return (
    before +
    items
      .slice(0, 5)
      .map((item) => `"${clip(item, 120)}"`)
      .join(", ") +
    after
  );
}

function nameAndId(location: { readonly id: string; readonly name: string }): string {
  return `${clip(location.name, 60)} (${location.id})`;
}

function quoted(messages: readonly string[]): string {
  if (messages.length === 0) return "";
  const shown = messages
    .slice(0, MAX_QUOTED_MESSAGES)
    .map((message) => JSON.stringify(clip(message, 160)));
  return `; its words, as data: ${shown.join(", ")}`;
}
