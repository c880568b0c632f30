import type { LocationId } from "../../core/ids.ts";
import type { GrantContext } from "../context.ts";
import type { ToolOutput } from "../tool.ts";

/** Where something is about to happen, by name: the location, or the agency as a whole. */
export async function describePlace(
  location: LocationId | undefined,
  { connections, principal, signal }: Pick<GrantContext, "connections" | "principal" | "signal">,
): Promise<ToolOutput> {
  const connection = await connections.findConnection(principal.connectionId);
  const account = connection?.companyId ?? connection?.id ?? principal.connectionId;
  if (location === undefined) return { account, location: "the whole agency" };
  const listed = await connections.listLocations(principal.connectionId, signal);
  const found = listed.ok ? listed.value.find(({ id }) => id === location) : undefined;
  return { account, location: found === undefined ? location : `${found.name} (${location})` };
}
