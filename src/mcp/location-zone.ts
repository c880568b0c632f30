import type { GrantContext } from "./context.ts";
import type { LocationId } from "../core/ids.ts";

/** The IANA zone of a location, where the directory knows it. */
export async function findZone(
  location: LocationId,
  { connections, principal, signal }: Pick<GrantContext, "connections" | "principal" | "signal">,
): Promise<string | undefined> {
  const listed = await connections.listLocations(principal.connectionId, signal);
  return listed.ok ? listed.value.find(({ id }) => id === location)?.timezone : undefined;
}
