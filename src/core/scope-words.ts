/** A scope that is asked for and not granted, with what stops working without it. */
export interface MissingScope {
  readonly scope: string;
  readonly loss: string;
}

/**
 * The scopes that a connection lacks, in the order in which they are asked for. A connection that does
 * not say what it has (a private integration token) lacks nothing as far as we know.
 */
export const findMissingScopes = (
  asked: readonly string[],
  connection: { readonly kind: string; readonly scopes: readonly string[] },
): readonly MissingScope[] =>
  connection.kind === "private"
    ? []
    : [...new Set(asked)]
        .filter((scope) => !connection.scopes.includes(scope))
        .map((scope) => ({ scope, loss: describeLoss(scope) }));

/**
 * What stops working without a scope of GoHighLevel; unknown ones are described by their name.
 *
 * @internal
 */
export const describeLoss = (scope: string): string => LOSSES.get(scope) ?? describeByName(scope);

/** Where the name alone would not tell. */
const LOSSES: ReadonlyMap<string, string> = new Map([
  ["contacts.readonly", "finding and reading contacts, with their tags, notes and tasks"],
  ["contacts.write", "creating, changing and deleting contacts, tags, notes and tasks"],
  ["opportunities.readonly", "reading opportunities and pipelines"],
  ["opportunities.write", "creating, moving and closing opportunities"],
  ["calendars.readonly", "reading calendars and their free slots"],
  ["calendars.write", "creating and changing calendars"],
  ["calendars/events.readonly", "reading appointments and blocked times"],
  ["calendars/events.write", "booking, moving and cancelling appointments"],
  ["conversations.readonly", "finding conversations"],
  ["conversations/message.readonly", "reading messages"],
  ["conversations/message.write", "sending messages"],
  ["workflows.readonly", "listing workflows"],
  ["locations.readonly", "the location's name, time zone and settings"],
  ["users.readonly", "the names of users, such as owners of deals"],
  ["locations/customFields.readonly", "the names of custom fields"],
  ["locations/customValues.readonly", "reading custom values"],
  ["oauth.readonly", "listing the locations of an agency"],
  ["oauth.write", "working in the locations of an agency, and uninstalling the app from here"],
  ["locations.internal-access-only", "deleting locations"],
  ["payments/orders.collectPayment", "recording payments of orders"],
]);

const describeByName = (scope: string): string => {
  const [, name = scope, right = ""] = /^(.*?)[./]([A-Za-z]+)$/u.exec(scope) ?? [];
  const words = name
    .replaceAll(/([a-z])([A-Z])/gu, "$1 $2")
    .replaceAll(/[/.-]+/gu, " ")
    .toLowerCase();
  if (right === "readonly" || right === "read") return `reading ${words}`;
  return right === "write" ? `creating and changing ${words}` : `what "${scope}" allows`;
};
