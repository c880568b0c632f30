import { createPace } from "../../core/pace.ts";
import { type ConnectionId, toConnectionId } from "../../core/ids.ts";
import { toIdentityKey } from "../connection-identity.ts";
import type { Connections } from "../connections.ts";
import type { PlaceIndex } from "../place-index.ts";
import type { Vault, VaultEntry } from "../vault.ts";
import type { WebhookMeaning } from "./event.ts";

/** What {@link findHeld} works with. */
export interface FindingDeps {
  readonly environment: string;
  readonly connections: Pick<Connections, "find" | "findOf">;
  readonly vault: Pick<Vault, "walk">;
  readonly places: PlaceIndex;
  readonly placeUpkeep: { isComplete(): Promise<boolean> };
}

type Meant = Exclude<WebhookMeaning, { readonly kind: "nothing" }>;

/**
 * The connections that an event may be about: looked up by the location and the agency that it names, so
 * that it costs the same however many others there are. Only an event without an agency goes through the
 * connections of agencies, and a store that an earlier version wrote is gone through until its index is
 * complete: both in slices.
 */
export const findHeld = async (
  deps: FindingDeps,
  meaning: WebhookMeaning,
): Promise<readonly VaultEntry[]> => {
  if (meaning.kind === "nothing") return [];
  const pace = createPace();
  const found = new Map<ConnectionId, VaultEntry>();
  const ids = (await deps.placeUpkeep.isComplete()) ? lookUp(deps, meaning) : deps.vault.walk();
  for await (const id of ids) {
    const entry = found.has(id) ? undefined : await deps.connections.find(id);
    if (entry !== undefined && mayConcern(meaning, entry)) found.set(id, entry);
    await pace();
  }
  return [...found.values()];
};

async function* lookUp(
  { connections, environment, places }: FindingDeps,
  { kind, companyId, locationId }: Meant,
): AsyncGenerator<ConnectionId, void, undefined> {
  if (locationId !== undefined) yield* (await places.ofLocation(locationId)).map(toConnectionId);
  if (companyId === undefined) {
    for await (const id of places.walkAgencies()) yield toConnectionId(id);
  } else if (kind === "uninstalled" && locationId === undefined) {
    yield* (await places.ofCompany(companyId)).map(toConnectionId);
  } else {
    const agency = toIdentityKey({ environment, userType: "Company", companyId });
    const entry = await connections.findOf(agency);
    if (entry !== undefined) yield entry.connection.id;
  }
}

/** Leaves out what was only gone through, so that memory holds no connection of others. */
const mayConcern = ({ companyId, locationId }: Meant, { connection }: VaultEntry): boolean =>
  connection.kind === "company"
    ? companyId === undefined || connection.companyId === companyId
    : locationId === undefined
      ? connection.companyId === companyId
      : connection.locationId === locationId;
