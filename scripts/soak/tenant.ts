import { createAttackClient, type AttackClient } from "../../test/support/attack-client.ts";
import type { Place } from "./sandbox-process.ts";

/** A grant on one location or on the whole agency, and what it may and may not see. */
export interface Tenant {
  readonly client: AttackClient;
  readonly publicUrl: string;
  /** Unlike any other tenant's. */
  readonly name: string;
  /** All that it may see: of an agency several, which a call has to choose from. */
  readonly places: readonly Place[];
  /** Ids of other locations and their contacts, none of which may be in an answer. */
  readonly foreign: readonly string[];
  token: string;
  refreshToken: string;
}

/** Who a kind of request is for. */
export type TenantKind = "location" | "agency";

/** The tenants of each kind. */
export type Tenants = Readonly<Record<TenantKind, readonly Tenant[]>>;

/** Signs one client in for each location, and one for the agency. */
export const signTenantsIn = async (
  publicUrl: string,
  places: readonly Place[],
): Promise<Tenants> => {
  const signIn = async (choose: string, own: readonly Place[]): Promise<Tenant> => {
    const client = await createAttackClient({ publicUrl });
    const tokens = await client.obtain({ choose });
    const others = places.filter((place) => !own.includes(place));
    return {
      client,
      publicUrl,
      name: choose,
      places: own,
      foreign: others.flatMap(({ id, contacts }) => [id, ...contacts]),
      token: tokens.access_token,
      refreshToken: tokens.refresh_token,
    };
  };
  const location: Tenant[] = [];
  for (const place of places) location.push(await signIn(place.id, [place]));
  return { location, agency: [await signIn("company", places)] };
};
