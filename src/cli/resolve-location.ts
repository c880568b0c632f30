import type { App } from "../app.ts";
import type { LocationSummary } from "../core/connection.ts";
import { AppError } from "../core/errors.ts";
import type { ConnectionId } from "../core/ids.ts";
import { closest } from "../ghl/catalog/closest.ts";
import { explainTokenFailure } from "./token-text.ts";

const MAX_SHOWN = 10;

/**
 * The location of a connection that an id or a name means; without one, the only location that there
 * is. Asks GoHighLevel for the names. Throws `usage` where none or several fit, with those that could be
 * meant, and `upstream_failed` where the locations cannot be had.
 */
export const resolveLocation = async (
  app: App,
  connectionId: ConnectionId,
  wish: { readonly wanted?: string; readonly signal: AbortSignal },
): Promise<LocationSummary> => {
  const listed = await app.upstream.listLocations(connectionId, wish.signal);
  if (!listed.ok) throw new AppError("upstream_failed", explainTokenFailure(listed.failure));
  const fitting = wish.wanted === undefined ? listed.value : fits(listed.value, wish.wanted);
  const [only, ...others] = fitting;
  if (only !== undefined && others.length === 0) return only;
  throw new AppError("usage", explain(wish.wanted, listed.value, fitting));
};

const fits = (
  locations: readonly LocationSummary[],
  wanted: string,
): readonly LocationSummary[] => {
  const byId = locations.filter(({ id }) => id === wanted);
  if (byId.length > 0) return byId;
  const name = fold(wanted);
  const byName = locations.filter((one) => fold(one.name) === name);
  return byName.length > 0 ? byName : locations.filter((one) => fold(one.name).includes(name));
};

const fold = (text: string): string => text.trim().toLowerCase();

const explain = (
  wanted: string | undefined,
  all: readonly LocationSummary[],
  fitting: readonly LocationSummary[],
): string => {
  if (wanted === undefined) {
    const head = "the operation works in a location, and the connection has several";
    return [`${head}; name one with --location:`, ...toLines(all)].join("\n");
  }
  if (fitting.length > 0) {
    return [`several locations are called "${wanted}"; give the id:`, ...toLines(fitting)].join(
      "\n",
    );
  }
  const names = closest(
    wanted,
    all.map(({ name }) => name),
    MAX_SHOWN,
  );
  const near = all.filter(({ name }) => names.includes(name));
  return [
    `the connection has no location "${wanted}"${near.length > 0 ? "; did you mean:" : "; it has:"}`,
    ...toLines(near.length > 0 ? near : all),
  ].join("\n");
};

const toLines = (locations: readonly LocationSummary[]): readonly string[] => [
  ...locations.slice(0, MAX_SHOWN).map(({ id, name }) => `  ${id}  ${name}`),
  ...(locations.length > MAX_SHOWN ? [`  and ${locations.length - MAX_SHOWN} more`] : []),
];
