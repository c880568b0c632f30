import { createAttackClient, type AttackClient } from "../../test/support/attack-client.ts";
import type { Place } from "./sandbox-process.ts";

/** A grant on one location, and what it may and may not see. */
export interface Tenant {
  readonly client: AttackClient;
  readonly publicUrl: string;
  readonly place: Place;
  /** Ids of other locations and their contacts, none of which may be in an answer. */
  readonly foreign: readonly string[];
  token: string;
  refreshToken: string;
}

/** Signs one client in for each location. */
export const signTenantsIn = async (
  publicUrl: string,
  places: readonly Place[],
): Promise<readonly Tenant[]> => {
  const tenants: Tenant[] = [];
  for (const place of places.filter(({ contacts }) => contacts.length > 0)) {
    const client = await createAttackClient({ publicUrl });
    const tokens = await client.obtain({ choose: place.id });
    const others = places.filter(({ id }) => id !== place.id);
    tenants.push({
      client,
      publicUrl,
      place,
      foreign: others.flatMap(({ id, contacts }) => [id, ...contacts]),
      token: tokens.access_token,
      refreshToken: tokens.refresh_token,
    });
  }
  return tenants;
};
